{{/* The time a pod has for its end: a sleep until Services have noticed, shutdownDelay, the delivery of what is queued, and a rest. */}}

{{/* Seconds of the preStop sleep; 0 where Kubernetes has none. The image has no shell that could sleep instead. */}}
{{- define "sluice.preStopSeconds" -}}
{{- ternary (.Values.preStopSleepSeconds | int) 0 (semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version) }}
{{- end }}

{{- define "sluice.gracePeriod" -}}
{{- $stop := include "sluice.seconds" (include "sluice.shutdownTimeout" .) }}
{{- $delay := include "sluice.seconds" (include "sluice.shutdownDelay" .) }}
{{- $given := .Values.terminationGracePeriodSeconds }}
{{- if or (eq $stop "unknown") (eq $delay "unknown") }}
{{- if kindIs "invalid" $given }}
{{- $name := ternary "shutdownTimeout" "shutdownDelay" (eq $stop "unknown") }}
{{- printf "Cannot work out terminationGracePeriodSeconds: expected a duration such as 25s as config.%s, found %s (or set terminationGracePeriodSeconds itself)" $name (include (printf "sluice.%s" $name) .) | fail }}
{{- end }}
{{- $given | int }}
{{- else }}
{{- $least := add (include "sluice.preStopSeconds" .) $delay $stop }}
{{- $seconds := ternary (add $least 5) ($given | int64) (kindIs "invalid" $given) }}
{{- if lt $seconds (add $least 1) }}
{{- printf "Cannot use terminationGracePeriodSeconds %d: expected more than the sleep before the stop (%ss), shutdownDelay (%ss) and shutdownTimeout (%ss) together, found %d for them" $seconds (include "sluice.preStopSeconds" .) $delay $stop $least | fail }}
{{- end }}
{{- $seconds }}
{{- end }}
{{- end }}
