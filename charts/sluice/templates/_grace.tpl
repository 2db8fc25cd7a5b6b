{{/* The time a pod has for its end: a sleep until Services have noticed, the delivery of what is queued, and a rest. */}}

{{/* Seconds of the preStop sleep; 0 where Kubernetes has none. The image has no shell that could sleep instead. */}}
{{- define "sluice.preStopSeconds" -}}
{{- ternary (.Values.preStopSleepSeconds | int) 0 (semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version) }}
{{- end }}

{{- define "sluice.gracePeriod" -}}
{{- $stop := include "sluice.seconds" (include "sluice.shutdownTimeout" .) }}
{{- $given := .Values.terminationGracePeriodSeconds }}
{{- if eq $stop "unknown" }}
{{- if kindIs "invalid" $given }}
{{- printf "Cannot work out terminationGracePeriodSeconds: expected a duration such as 25s as config.shutdownTimeout, found %s (or set terminationGracePeriodSeconds itself)" (include "sluice.shutdownTimeout" .) | fail }}
{{- end }}
{{- $given | int }}
{{- else }}
{{- $least := add (include "sluice.preStopSeconds" .) $stop }}
{{- $seconds := ternary (add $least 5) ($given | int64) (kindIs "invalid" $given) }}
{{- if lt $seconds (add $least 1) }}
{{- printf "Cannot use terminationGracePeriodSeconds %d: expected more than the sleep before the stop (%ss) and shutdownTimeout (%ss) together, found %d for both" $seconds (include "sluice.preStopSeconds" .) $stop $least | fail }}
{{- end }}
{{- $seconds }}
{{- end }}
{{- end }}
