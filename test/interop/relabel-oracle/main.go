// Applies relabeling rules to label sets with Prometheus's own package: one case a line in, one result a line out.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/grafana/regexp"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
)

// Names are those of the Prometheus Operator, as Sluice has them.
type rule struct {
	Action       string   `json:"action"`
	SourceLabels []string `json:"sourceLabels"`
	Separator    string   `json:"separator"`
	Regex        string   `json:"regex"`
	Modulus      uint64   `json:"modulus"`
	TargetLabel  string   `json:"targetLabel"`
	Replacement  string   `json:"replacement"`
}

type oneCase struct {
	UTF8Names bool                `json:"utf8Names"`
	Rules     []rule              `json:"rules"`
	Sets      []map[string]string `json:"sets"`
}

type result struct {
	// Why the rules are refused; empty if they are not.
	Refused string    `json:"refused,omitempty"`
	Sets    []outcome `json:"sets,omitempty"`
}

type outcome struct {
	// Null if the set was dropped.
	Labels [][2]string `json:"labels"`
	// A labelmap made a name that no label may have: Sluice leaves such a copy out.
	HasOddName bool `json:"hasOddName,omitempty"`
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	decoder := json.NewDecoder(in)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for decoder.More() {
		var one oneCase
		if err := decoder.Decode(&one); err != nil {
			panic(err)
		}
		if err := encoder.Encode(run(one)); err != nil {
			panic(err)
		}
	}
}

func run(one oneCase) result {
	scheme := model.LegacyValidation
	if one.UTF8Names {
		scheme = model.UTF8Validation
	}
	configs := make([]*relabel.Config, 0, len(one.Rules))
	for _, r := range one.Rules {
		config, err := compile(r, scheme)
		if err != nil {
			return result{Refused: err.Error()}
		}
		configs = append(configs, config)
	}
	sets := make([]outcome, 0, len(one.Sets))
	for _, set := range one.Sets {
		sets = append(sets, apply(configs, scheme, set))
	}
	return result{Sets: sets}
}

func compile(r rule, scheme model.ValidationScheme) (*relabel.Config, error) {
	config := relabel.DefaultRelabelConfig
	config.Action = relabel.Action(r.Action)
	for _, name := range r.SourceLabels {
		config.SourceLabels = append(config.SourceLabels, model.LabelName(name))
	}
	config.Separator = r.Separator
	config.Modulus = r.Modulus
	config.TargetLabel = r.TargetLabel
	config.Replacement = r.Replacement
	// What has its default counts as not given, as it does where a file leaves it out.
	if r.Regex != "(.*)" {
		if err := checkRegex(r.Regex); err != nil {
			return nil, err
		}
		regex, err := relabel.NewRegexp(r.Regex)
		if err != nil {
			return nil, err
		}
		config.Regex = regex
	}
	if err := config.Validate(scheme); err != nil {
		return nil, err
	}
	return &config, nil
}

// checkRegex refuses what only Sluice refuses: an expression that is sound only between the anchors, as "a)|(b", and one
// in which two groups have the same name.
func checkRegex(expression string) error {
	regex, err := regexp.Compile(expression)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, name := range regex.SubexpNames() {
		if name != "" && seen[name] {
			return fmt.Errorf("two groups named %q", name)
		}
		seen[name] = true
	}
	return nil
}

func apply(configs []*relabel.Config, scheme model.ValidationScheme, set map[string]string) outcome {
	builder := labels.NewBuilder(labels.FromMap(set))
	one := outcome{}
	for _, config := range configs {
		if !relabel.ProcessBuilder(builder, config) {
			return one
		}
		builder.Range(func(l labels.Label) {
			one.HasOddName = one.HasOddName || !scheme.IsValidLabelName(l.Name)
		})
	}
	one.Labels = [][2]string{}
	builder.Labels().Range(func(l labels.Label) {
		one.Labels = append(one.Labels, [2]string{l.Name, l.Value})
	})
	return one
}
