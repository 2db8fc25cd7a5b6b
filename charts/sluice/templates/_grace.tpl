{{/* The time a pod has for its end: a sleep until Services have noticed, the delay in which it still takes pushes, the delivery
of what is queued, and a rest. */}}

{{/* Seconds of the preStop sleep; 0 if Kubernetes has none. The image has no shell that could sleep instead. */}}
{{- define "sluice.preStopSeconds" -}}
{{- ternary (.Values.preStopSleepSeconds | int) 0 (semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version) }}
{{- end }}

{{- define "sluice.gracePeriod" -}}
{{- $stop := include "sluice.seconds" (include "sluice.shutdownTimeout" .) }}
{{- $delay := include "sluice.seconds" (include "sluice.shutdownDelay" .) }}
{{- $given := .Values.terminationGracePeriodSeconds }}
{{- if or (eq $stop "unknown") (eq $delay "unknown") }}
{{- if kindIs "invalid" $given }}
{{- $key := ternary "shutdownTimeout" "shutdownDelay" (eq $stop "unknown") }}
{{- printf "Cannot work out terminationGracePeriodSeconds: expected a duration such as 25s as config.%s, found %s (or set terminationGracePeriodSeconds itself)" $key (include (printf "sluice.%s" $key) .) | fail }}
{{- end }}
{{- $given | int }}
{{- else }}
{{- $least := add (include "sluice.preStopSeconds" .) $delay $stop }}
{{- $seconds := ternary (add $least 5) ($given | int64) (kindIs "invalid" $given) }}
{{- if lt $seconds (add $least 1) }}
{{- $with := ternary "" (printf ", shutdownDelay (%ss)" $delay) (eq $delay "0") }}
{{- printf "Cannot use terminationGracePeriodSeconds %d: expected more than the sleep before the stop (%ss)%s and shutdownTimeout (%ss) together, found %d for %s" $seconds (include "sluice.preStopSeconds" .) $with $stop $least (ternary "both" "all" (eq $delay "0")) | fail }}
{{- end }}
{{- $seconds }}
{{- end }}
{{- end }}
