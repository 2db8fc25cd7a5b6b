{{/* Durations and sizes of Sluice and of Kubernetes as numbers, to compare them. */}}

{{/* A duration such as 1m30s in whole seconds, rounded up. "unknown" if it is a variable or no duration. */}}
{{- define "sluice.seconds" -}}
{{- $text := toString . }}
{{- if not (regexMatch "^(0|(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?(\\d+ms)?)$" $text) }}unknown
{{- else }}
{{- $ms := 0 }}
{{- $units := dict "d" 86400000 "h" 3600000 "m" 60000 "s" 1000 "ms" 1 }}
{{- range regexFindAll "\\d+(ms|[dhms])" $text -1 }}
{{- $unit := regexFind "[a-z]+" . }}
{{- $ms = add $ms (mul (regexFind "\\d+" . | int64) (get $units $unit)) }}
{{- end }}
{{- div (add $ms 999) 1000 }}
{{- end }}
{{- end }}

{{/* A size such as 16MiB (Sluice) or 1.5Gi (Kubernetes) in whole MiB, rounded down. "unknown" if it is no size. */}}
{{- define "sluice.mebibytes" -}}
{{- $text := ternary (printf "%.0f" .) (toString .) (kindIs "float64" .) }}
{{- $powers := dict "" 0 "B" 0 "k" 3 "kB" 3 "KB" 3 "M" 6 "MB" 6 "G" 9 "GB" 9 "T" 12 "TB" 12 "P" 15 "E" 18 }}
{{- $shifts := dict "Ki" 1 "KiB" 1 "Mi" 2 "MiB" 2 "Gi" 3 "GiB" 3 "Ti" 4 "TiB" 4 "Pi" 5 "Ei" 6 }}
{{- $unit := regexFind "[A-Za-z]*$" $text }}
{{- if or (not (regexMatch "^\\d+(\\.\\d+)?[A-Za-z]*$" $text)) (not (or (hasKey $powers $unit) (hasKey $shifts $unit))) }}unknown
{{- else }}
{{- $bytes := regexFind "^[\\d.]+" $text | float64 }}
{{- if hasKey $shifts $unit }}
{{- range until (get $shifts $unit | int) }}{{ $bytes = mulf $bytes 1024 }}{{ end }}
{{- else }}
{{- range until (get $powers $unit | int) }}{{ $bytes = mulf $bytes 10 }}{{ end }}
{{- end }}
{{- divf $bytes 1048576 | floor | int64 }}
{{- end }}
{{- end }}
