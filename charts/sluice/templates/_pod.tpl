{{/* The pod that all modes share. */}}

{{- define "sluice.podTemplate" -}}
metadata:
  labels:
    {{- include "sluice.podLabels" . | nindent 4 }}
  {{- $annotations := merge (dict) (default dict .Values.podAnnotations) (default dict .Values.commonAnnotations) }}
  {{- if include "sluice.hasOwnConfig" . }}
  {{- $_ := set $annotations "checksum/config" (include "sluice.config" . | sha256sum) }}
  {{- end }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "sluice.serviceAccountName" . | quote }}
  automountServiceAccountToken: {{ .Values.serviceAccount.automount }}
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ include "sluice.gracePeriod" . }}
  {{- with .Values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "sluice.imagePullSecrets" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with .Values.extraInitContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - {{ include "sluice.container" . | nindent 6 | trim }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    {{- include "sluice.volumes" . | nindent 4 }}
  {{- with include "sluice.placement" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "sluice.container" -}}
name: sluice
image: {{ include "sluice.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args: [--config, /etc/sluice/config/{{ .Values.configKey }}]
env:
  - name: POD_NAME
    valueFrom:
      fieldRef:
        fieldPath: metadata.name
  {{- if include "sluice.addressIsTold" . }}
  - name: LISTEN_ADDRESS
    value: {{ printf ":%v" .Values.containerPort | quote }}
  {{- end }}
  {{- with include "sluice.stopVariables" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with .Values.env }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - name: http
    containerPort: {{ .Values.containerPort }}
    protocol: TCP
    {{- if .Values.hostPort.enabled }}
    hostPort: {{ .Values.hostPort.port }}
    {{- with .Values.hostPort.ip }}
    hostIP: {{ . | quote }}
    {{- end }}
    {{- end }}
{{- range $probe := list "startupProbe" "readinessProbe" "livenessProbe" }}
{{- with index $.Values $probe }}
{{ $probe }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- if ne (include "sluice.preStopSeconds" .) "0" }}
lifecycle:
  preStop:
    sleep:
      seconds: {{ include "sluice.preStopSeconds" . }}
{{- end }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - name: config
    mountPath: /etc/sluice/config
    readOnly: true
  {{- range $at, $secret := .Values.secrets }}
  - name: secret-{{ $at }}
    mountPath: {{ default (printf "/etc/sluice/secrets/%s" $secret.name) $secret.mountPath }}
    readOnly: true
  {{- end }}
  {{- if include "sluice.hasSpoolVolume" . }}
  - name: spool
    mountPath: {{ ternary .Values.persistence.mountPath (include "sluice.spoolDirectory" .) (eq (include "sluice.spoolIsClaimed" .) "true") }}
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* A mount of the user at the spool's directory replaces that of the chart. */}}
{{- define "sluice.hasSpoolVolume" -}}
{{- $directory := include "sluice.spoolDirectory" . }}
{{- $isTheirs := false }}
{{- range .Values.extraVolumeMounts }}
{{- if or (eq .mountPath $directory) (hasPrefix (printf "%s/" (trimSuffix "/" .mountPath)) $directory) }}{{ $isTheirs = true }}{{ end }}
{{- end }}
{{- if and $directory (not $isTheirs) }}true{{ end }}
{{- end }}

{{- define "sluice.volumes" -}}
- name: config
  {{- if or .Values.existingSecret (and .Values.configSecret (not .Values.existingConfigMap)) }}
  secret:
    secretName: {{ default (include "sluice.fullname" .) .Values.existingSecret | quote }}
    defaultMode: 0440
  {{- else }}
  configMap:
    name: {{ default (include "sluice.fullname" .) .Values.existingConfigMap | quote }}
  {{- end }}
{{- range $at, $secret := .Values.secrets }}
- name: secret-{{ $at }}
  secret:
    secretName: {{ $secret.name | quote }}
    defaultMode: 0440
    {{- with $secret.items }}
    items:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- if $secret.optional }}
    optional: true
    {{- end }}
{{- end }}
{{- if and (include "sluice.hasSpoolVolume" .) (not (include "sluice.spoolIsClaimed" .)) }}
- name: spool
  emptyDir: {}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "sluice.placement" -}}
{{- range $key := list "dnsPolicy" "priorityClassName" "runtimeClassName" "schedulerName" }}
{{- with index $.Values $key }}
{{ $key }}: {{ quote . }}
{{- end }}
{{- end }}
{{- range $key := list "dnsConfig" "hostAliases" "nodeSelector" "tolerations" "affinity" }}
{{- with index $.Values $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- if and .Values.topologySpreadConstraints (ne .Values.mode "daemonset") }}
topologySpreadConstraints:
  {{- $selector := dict "labelSelector" (dict "matchLabels" (include "sluice.selectorLabels" . | fromYaml)) }}
  {{- range .Values.topologySpreadConstraints }}
  - {{ merge (dict) . (ternary (dict) $selector (hasKey . "labelSelector")) | toYaml | nindent 4 | trim }}
  {{- end }}
{{- end }}
{{- end }}
