// Reads all that the storage holds. Every float is written as its 64 bits in hexadecimal, so that nothing is rounded.
package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/prometheus/prometheus/model/exemplar"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

type series struct {
	Labels     map[string]string  `json:"labels"`
	Samples    []sample           `json:"samples"`
	Histograms []nativeHistogram  `json:"histograms"`
	Exemplars  []storedExemplar   `json:"exemplars"`
	Metadata   *metadataOfAMetric `json:"metadata"`
}

type sample struct {
	TimestampMs int64  `json:"timestampMs"`
	Bits        string `json:"bits"`
}

type storedExemplar struct {
	sample
	Labels map[string]string `json:"labels"`
}

type span [2]int64

// Counts and buckets are whole numbers in decimal, the buckets as differences, or with IsFloat bits, the buckets as they are.
type nativeHistogram struct {
	TimestampMs     int64    `json:"timestampMs"`
	IsFloat         bool     `json:"isFloat"`
	IsGauge         bool     `json:"isGauge"`
	Schema          int32    `json:"schema"`
	Count           string   `json:"count"`
	Sum             string   `json:"sum"`
	ZeroThreshold   string   `json:"zeroThreshold"`
	ZeroCount       string   `json:"zeroCount"`
	PositiveSpans   []span   `json:"positiveSpans"`
	PositiveBuckets []string `json:"positiveBuckets"`
	NegativeSpans   []span   `json:"negativeSpans"`
	NegativeBuckets []string `json:"negativeBuckets"`
}

func storedSeries(ctx context.Context, db *tsdb.DB, walFolder string) ([]series, error) {
	metadata, err := metadataInWAL(walFolder)
	if err != nil {
		return nil, err
	}
	exemplars, err := storedExemplars(ctx, db)
	if err != nil {
		return nil, err
	}
	querier, err := db.Querier(math.MinInt64, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	defer querier.Close()
	all := []series{}
	set := querier.Select(ctx, true, nil, labels.MustNewMatcher(labels.MatchRegexp, labels.MetricName, ".+"))
	for set.Next() {
		one := set.At()
		key := one.Labels().String()
		found := series{
			Labels:     one.Labels().Map(),
			Samples:    []sample{},
			Histograms: []nativeHistogram{},
			Exemplars:  []storedExemplar{},
			Metadata:   metadata[key],
		}
		for _, e := range exemplars[key] {
			found.Exemplars = append(found.Exemplars, storedExemplar{sample{e.Ts, bits(e.Value)}, e.Labels.Map()})
		}
		if err := found.readValues(one.Iterator(nil)); err != nil {
			return nil, err
		}
		all = append(all, found)
	}
	return all, set.Err()
}

func (s *series) readValues(it chunkenc.Iterator) error {
	for kind := it.Next(); kind != chunkenc.ValNone; kind = it.Next() {
		switch kind {
		case chunkenc.ValFloat:
			t, v := it.At()
			s.Samples = append(s.Samples, sample{t, bits(v)})
		case chunkenc.ValHistogram:
			t, h := it.AtHistogram(nil)
			s.Histograms = append(s.Histograms, wholeHistogram(t, h))
		case chunkenc.ValFloatHistogram:
			t, h := it.AtFloatHistogram(nil)
			s.Histograms = append(s.Histograms, floatHistogram(t, h))
		default:
			return fmt.Errorf("Cannot read series: expected a sample or a histogram, found %s", kind)
		}
	}
	return it.Err()
}

func wholeHistogram(t int64, h *histogram.Histogram) nativeHistogram {
	return nativeHistogram{
		TimestampMs:     t,
		IsGauge:         h.CounterResetHint == histogram.GaugeType,
		Schema:          h.Schema,
		Count:           strconv.FormatUint(h.Count, 10),
		Sum:             bits(h.Sum),
		ZeroThreshold:   bits(h.ZeroThreshold),
		ZeroCount:       strconv.FormatUint(h.ZeroCount, 10),
		PositiveSpans:   spans(h.PositiveSpans),
		PositiveBuckets: each(h.PositiveBuckets, decimal),
		NegativeSpans:   spans(h.NegativeSpans),
		NegativeBuckets: each(h.NegativeBuckets, decimal),
	}
}

func floatHistogram(t int64, h *histogram.FloatHistogram) nativeHistogram {
	return nativeHistogram{
		TimestampMs:     t,
		IsFloat:         true,
		IsGauge:         h.CounterResetHint == histogram.GaugeType,
		Schema:          h.Schema,
		Count:           bits(h.Count),
		Sum:             bits(h.Sum),
		ZeroThreshold:   bits(h.ZeroThreshold),
		ZeroCount:       bits(h.ZeroCount),
		PositiveSpans:   spans(h.PositiveSpans),
		PositiveBuckets: each(h.PositiveBuckets, bits),
		NegativeSpans:   spans(h.NegativeSpans),
		NegativeBuckets: each(h.NegativeBuckets, bits),
	}
}

// By the text of their series.
func storedExemplars(ctx context.Context, db *tsdb.DB) (map[string][]exemplar.Exemplar, error) {
	querier, err := db.ExemplarQuerier(ctx)
	if err != nil {
		return nil, err
	}
	everything := []*labels.Matcher{labels.MustNewMatcher(labels.MatchRegexp, labels.MetricName, ".+")}
	results, err := querier.Select(math.MinInt64, math.MaxInt64, everything)
	if err != nil {
		return nil, err
	}
	found := map[string][]exemplar.Exemplar{}
	for _, result := range results {
		found[result.SeriesLabels.String()] = slices.Clone(result.Exemplars)
	}
	return found, nil
}

func spans(all []histogram.Span) []span {
	return each(all, func(s histogram.Span) span { return span{int64(s.Offset), int64(s.Length)} })
}

func each[From, To any](all []From, turn func(From) To) []To {
	turned := make([]To, 0, len(all))
	for _, one := range all {
		turned = append(turned, turn(one))
	}
	return turned
}

func bits(value float64) string {
	return fmt.Sprintf("%016x", math.Float64bits(value))
}

func decimal(value int64) string {
	return strconv.FormatInt(value, 10)
}
