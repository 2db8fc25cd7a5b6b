// Reads the metadata of each series from the write-ahead log, the one place where Prometheus keeps it with the series.
package main

import (
	"log/slog"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/tsdb/record"
	"github.com/prometheus/prometheus/tsdb/wlog"
)

type metadataOfAMetric struct {
	Type string `json:"type"`
	Help string `json:"help"`
	Unit string `json:"unit"`
}

// By the text of the series; the newest of each.
func metadataInWAL(folder string) (map[string]*metadataOfAMetric, error) {
	segments, err := wlog.NewSegmentsReader(folder)
	if err != nil {
		return nil, err
	}
	defer segments.Close()
	decoder := record.NewDecoder(labels.NewSymbolTable(), slog.Default())
	names := map[chunks.HeadSeriesRef]string{}
	found := map[string]*metadataOfAMetric{}
	reader := wlog.NewReader(segments)
	for reader.Next() {
		bytes := reader.Record()
		switch decoder.Type(bytes) {
		case record.Series:
			all, err := decoder.Series(bytes, nil)
			if err != nil {
				return nil, err
			}
			for _, one := range all {
				names[one.Ref] = one.Labels.String()
			}
		case record.Metadata:
			all, err := decoder.Metadata(bytes, nil)
			if err != nil {
				return nil, err
			}
			for _, one := range all {
				kind := string(record.ToMetricType(one.Type))
				found[names[one.Ref]] = &metadataOfAMetric{kind, one.Help, one.Unit}
			}
		}
	}
	return found, reader.Err()
}
