{{/* The configuration: config from the values, with what the chart sets itself. */}}

{{- define "sluice.hasOwnConfig" -}}
{{- if not (or .Values.existingConfigMap .Values.existingSecret) }}true{{ end }}
{{- end }}

{{/* The directory of the spool; empty without one. The chart cannot read an existing configuration: mode statefulset mounts it. */}}
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
{{- /* Sluice takes 1TiB at most. */}}
{{- $_ := set $set.spool "maxSize" (printf "%dMiB" (min (div (mul $mebibytes 4) 5) 1048576)) }}
{{- end }}
{{- if include "sluice.delayIsSet" . }}
{{- $_ := set $set "shutdownDelay" (include "sluice.shutdownDelay" .) }}
{{- end }}
{{- if .Values.replicaLabel.enabled }}
{{- $_ := set $set "labels" (dict "defaults" (dict .Values.replicaLabel.name "${POD_NAME}")) }}
{{- end }}
{{- toYaml (merge (deepCopy .Values.config) $set) }}
{{- end }}

{{/* Whether the configuration takes its address from LISTEN_ADDRESS, as the examples of Sluice do. The pod then sets it. */}}
{{- define "sluice.addressIsTold" -}}
{{- if or (not (include "sluice.hasOwnConfig" .)) (regexMatch "^\\$\\{LISTEN_ADDRESS(:[^}]*)?\\}$" (toString (dig "listenAddress" "" .Values.config))) }}true{{ end }}
{{- end }}

{{/* The same for SHUTDOWN_TIMEOUT. */}}
{{- define "sluice.timeoutIsTold" -}}
{{- if or (not (include "sluice.hasOwnConfig" .)) (regexMatch "^\\$\\{SHUTDOWN_TIMEOUT(:[^}]*)?\\}$" (toString (dig "shutdownTimeout" "" .Values.config))) }}true{{ end }}
{{- end }}

{{- define "sluice.shutdownTimeout" -}}
{{- if include "sluice.timeoutIsTold" . }}
{{- include "sluice.variable" (list . "SHUTDOWN_TIMEOUT" .Values.existingShutdownTimeout) }}
{{- else }}
{{- dig "shutdownTimeout" "10s" .Values.config }}
{{- end }}
{{- end }}

{{/* The same for SHUTDOWN_DELAY. */}}
{{- define "sluice.delayIsTold" -}}
{{- if or (not (include "sluice.hasOwnConfig" .)) (regexMatch "^\\$\\{SHUTDOWN_DELAY(:[^}]*)?\\}$" (toString (dig "shutdownDelay" "" .Values.config))) }}true{{ end }}
{{- end }}

{{/* If Kubernetes has no sleep before the stop, Sluice waits for the same time. */}}
{{- define "sluice.shutdownDelay" -}}
{{- $instead := printf "%ds" (sub (int .Values.preStopSleepSeconds) (include "sluice.preStopSeconds" . | int)) }}
{{- if include "sluice.delayIsTold" . }}
{{- include "sluice.variable" (list . "SHUTDOWN_DELAY" (default $instead .Values.existingShutdownDelay)) }}
{{- else }}
{{- dig "shutdownDelay" $instead .Values.config }}
{{- end }}
{{- end }}

{{/* Whether the chart writes it into the configuration. */}}
{{- define "sluice.delayIsSet" -}}
{{- if and (not (hasKey .Values.config "shutdownDelay")) (ne (include "sluice.shutdownDelay" .) "0s") }}true{{ end }}
{{- end }}

{{/* The value of a variable of the pod: that of env wins. A list of the context, the name, and the value that the chart gives it. */}}
{{- define "sluice.variable" -}}
{{- $value := index . 2 }}
{{- $name := index . 1 }}
{{- range (index . 0).Values.env }}
{{- if eq .name $name }}{{ $value = default "a value from elsewhere" .value }}{{ end }}
{{- end }}
{{- $value }}
{{- end }}

{{/* The variables with the times of a stop, except for those that env has. */}}
{{- define "sluice.stopVariables" -}}
{{- $theirs := list }}
{{- range .Values.env }}{{ $theirs = append $theirs .name }}{{ end }}
{{- if and (include "sluice.delayIsTold" .) (not (has "SHUTDOWN_DELAY" $theirs)) }}
- name: SHUTDOWN_DELAY
  value: {{ include "sluice.shutdownDelay" . | quote }}
{{- end }}
{{- if and (include "sluice.timeoutIsTold" .) (not (has "SHUTDOWN_TIMEOUT" $theirs)) }}
- name: SHUTDOWN_TIMEOUT
  value: {{ include "sluice.shutdownTimeout" . | quote }}
{{- end }}
{{- end }}

{{/* The first path prefix for pushes. */}}
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
