// Which names a series and its labels may have after relabeling: the classic character sets, or any UTF-8
// (https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels).

export interface NameRules {
  isMetricName(name: string): boolean;
  isLabelName(name: string): boolean;
}

const CLASSIC: NameRules = {
  isMetricName: (name) => /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name),
  isLabelName: (name) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name),
};
const UTF8: NameRules = {
  isMetricName: (name) => name !== '',
  isLabelName: (name) => name !== '',
};

export function nameRules(utf8Names: boolean): NameRules {
  return utf8Names ? UTF8 : CLASSIC;
}
