{{/* Names and labels of all objects. */}}

{{- define "sluice.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* At most 52 characters: a StatefulSet's revision label and the names of its objects need the rest. */}}
{{- define "sluice.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- $name := include "sluice.name" . }}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "sluice.selectorLabels" -}}
app.kubernetes.io/name: {{ include "sluice.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: collector
{{- end }}

{{/* Chart and application, without the labels that select pods. */}}
{{- define "sluice.releaseLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: {{ include "sluice.name" . | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Merges maps of labels, with each key once, as Kustomize and Flux require. The first map with a key wins. */}}
{{- define "sluice.labels" -}}
{{- $labels := dict }}
{{- range . }}{{ $labels = merge $labels (default dict .) }}{{ end }}
{{- toYaml $labels }}
{{- end }}

{{/* metadata of an object. A list of the context, a suffix of the name, more labels, more annotations, and a namespace. */}}
{{- define "sluice.metadata" -}}
{{- $root := index . 0 }}
{{- $annotations := merge (dict) (index . 3 | default dict) (default dict $root.Values.commonAnnotations) -}}
name: {{ printf "%s%s" (include "sluice.fullname" $root) (index . 1) | quote }}
namespace: {{ default $root.Release.Namespace (index . 4) | quote }}
labels:
  {{- $own := include "sluice.selectorLabels" $root | fromYaml }}
  {{- include "sluice.labels" (list $own (index . 2) $root.Values.commonLabels (include "sluice.releaseLabels" $root | fromYaml)) | nindent 2 }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "sluice.ownServiceLabels" -}}
{{- include "sluice.labels" (list (dict "sluice-metrics.io/scrape" "true") .Values.service.labels) }}
{{- end }}

{{/* All labels of the Service. */}}
{{- define "sluice.serviceLabels" -}}
{{- (include "sluice.metadata" (list . "" (include "sluice.ownServiceLabels" . | fromYaml) nil "") | fromYaml).labels | toYaml }}
{{- end }}

{{/* Without the chart's version, which would replace all pods. */}}
{{- define "sluice.podLabels" -}}
{{- $fixed := include "sluice.selectorLabels" . | fromYaml }}
{{- $release := omit (include "sluice.releaseLabels" . | fromYaml) "helm.sh/chart" "app.kubernetes.io/managed-by" }}
{{- include "sluice.labels" (list $fixed .Values.podLabels .Values.commonLabels $release) }}
{{- end }}

{{- define "sluice.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "sluice.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "sluice.image" -}}
{{- $registry := default .Values.image.registry (.Values.global).imageRegistry }}
{{- $path := ternary .Values.image.repository (printf "%s/%s" $registry .Values.image.repository) (empty $registry) }}
{{- if .Values.image.digest }}
{{- printf "%s@%s" $path .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" $path (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- define "sluice.imagePullSecrets" -}}
{{- with concat (default list (.Values.global).imagePullSecrets) (default list .Values.imagePullSecrets) }}
imagePullSecrets:
  {{- range . }}
  - {{ ternary . (dict "name" .) (kindIs "map" .) | toJson }}
  {{- end }}
{{- end }}
{{- end }}
