{{/* collector.yaml: what the values say, with what the chart knows better. */}}

{{- define "sluice.hasOwnConfig" -}}
{{- if not (or .Values.existingConfigMap .Values.existingSecret) }}true{{ end }}
{{- end }}

{{/* Where the spool is; empty without one. Of an existing configuration nothing is known: mode statefulset mounts it. */}}
{{- define "sluice.spoolDirectory" -}}
{{- if or (kindIs "map" .Values.config.spool) (include "sluice.spoolIsClaimed" .) }}
{{- dig "spool" "directory" .Values.persistence.mountPath .Values.config }}
{{- end }}
{{- end }}

{{- define "sluice.spoolIsClaimed" -}}
{{- if and (eq .Values.mode "statefulset") .Values.persistence.enabled }}true{{ end }}
{{- end }}

{{- define "sluice.config" -}}
{{- $set := dict "listenAddress" (printf ":%v" .Values.containerPort) }}
{{- with include "sluice.spoolDirectory" . }}
{{- $_ := set $set "spool" (dict "directory" .) }}
{{- end }}
{{- if include "sluice.spoolIsClaimed" . }}
{{- $mebibytes := include "sluice.mebibytes" .Values.persistence.size | int64 }}
{{- $_ := set $set.spool "maxSize" (printf "%dMiB" (div (mul $mebibytes 4) 5)) }}
{{- end }}
{{- if .Values.replicaLabel.enabled }}
{{- $_ := set $set "labels" (dict "defaults" (dict .Values.replicaLabel.name "${POD_NAME}")) }}
{{- end }}
{{- toYaml (merge (deepCopy .Values.config) $set) }}
{{- end }}

{{/* Whether the configuration takes its address from LISTEN_ADDRESS, as the examples of Sluice do, and the pod sets it. */}}
{{- define "sluice.addressIsTold" -}}
{{- if or (not (include "sluice.hasOwnConfig" .)) (regexMatch "^\\$\\{LISTEN_ADDRESS(:[^}]*)?\\}$" (toString (dig "listenAddress" "" .Values.config))) }}true{{ end }}
{{- end }}

{{/* Likewise SHUTDOWN_TIMEOUT. */}}
{{- define "sluice.timeoutIsTold" -}}
{{- if or (not (include "sluice.hasOwnConfig" .)) (regexMatch "^\\$\\{SHUTDOWN_TIMEOUT(:[^}]*)?\\}$" (toString (dig "shutdownTimeout" "" .Values.config))) }}true{{ end }}
{{- end }}

{{- define "sluice.shutdownTimeout" -}}
{{- ternary .Values.existingShutdownTimeout (dig "shutdownTimeout" "10s" .Values.config) (eq (include "sluice.timeoutIsTold" .) "true") }}
{{- end }}

{{/* Of an existing configuration it is not known. */}}
{{- define "sluice.shutdownDelay" -}}
{{- ternary (dig "shutdownDelay" "0s" .Values.config) "0s" (eq (include "sluice.hasOwnConfig" .) "true") }}
{{- end }}

{{/* The first path prefix that pushes are taken at. */}}
{{- define "sluice.pathPrefix" -}}
{{- $prefix := first (dig "push" "pushgateway" "pathPrefixes" (list "/pushgateway") .Values.config) }}
{{- ternary "" $prefix (eq $prefix "/") }}
{{- end }}

{{- define "sluice.takesPushes" -}}
{{- if ne (toString (dig "push" "pushgateway" "enabled" true .Values.config)) "false" }}true{{ end }}
{{- end }}

{{/* MiB that the configuration may need at most, as docs/limits.md adds it up. */}}
{{- define "sluice.neededMemory" -}}
{{- $need := 128 }}
{{- $buffered := include "sluice.mebibytes" (dig "push" "pushgateway" "maxBufferedSize" "128MiB" .Values.config) }}
{{- $need = add $need (ternary 128 $buffered (eq $buffered "unknown")) }}
{{- if dig "push" "pushgateway" "metricRelabelConfigs" list .Values.config }}{{ $need = add $need 32 }}{{ end }}
{{- if eq (toString (dig "push" "pushgateway" "staleness" "off" .Values.config)) "onReplace" }}{{ $need = add $need 32 }}{{ end }}
{{- range default list .Values.config.remoteWrite }}
{{- $queue := include "sluice.mebibytes" (dig "queueConfig" "maxQueueSize" "64MiB" .) }}
{{- $need = add $need (ternary 64 $queue (eq $queue "unknown")) }}
{{- if .writeRelabelConfigs }}{{ $need = add $need 32 }}{{ end }}
{{- end }}
{{- $need }}
{{- end }}
