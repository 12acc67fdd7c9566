// Package schematest validates reports against the JSON schemas in docs, for
// tests. It is stricter than the schemas: a field that they do not describe is an
// error.
package schematest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// files are the schemas in docs, by the name that a report has in its field schema.
var files = map[string]string{"wamr-go/report/v1": "report.schema.json", "wamr-go/vet/v1": "vet.schema.json"}

// Load reads the schema of that name; docs is the path of the folder.
func Load(docs, name string) (map[string]any, error) {
	text, err := os.ReadFile(filepath.Join(docs, files[name]))
	if err != nil {
		return nil, err
	}
	var schema map[string]any
	return schema, json.Unmarshal(text, &schema)
}

// Validate checks a report against the schema that it names.
func Validate(docs string, text []byte) error {
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	url := ""
	for name := range files {
		schema, err := Load(docs, name)
		if err != nil {
			return err
		}
		id, _ := schema["$id"].(string)
		if name == head.Schema {
			url = id
		}
		closeObjects(schema)
		if err := c.AddResource(id, schema); err != nil {
			return err
		}
	}
	if url == "" {
		return fmt.Errorf("unknown schema %q", head.Schema)
	}
	schema, err := c.Compile(url)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// closeObjects forbids, in each object of a schema, members that it does not list.
func closeObjects(value any) {
	switch v := value.(type) {
	case map[string]any:
		if _, ok := v["properties"].(map[string]any); ok && v["additionalProperties"] == nil {
			v["additionalProperties"] = false
		}
		for _, inner := range v {
			closeObjects(inner)
		}
	case []any:
		for _, inner := range v {
			closeObjects(inner)
		}
	}
}

// Paths returns the fields of a schema, such as "ledger.kinds.kind", and those of
// them that have no description. References to other files are not followed.
func Paths(schema map[string]any) (paths map[string]bool, undescribed []string) {
	w := walker{defs: schema["$defs"], paths: map[string]bool{}}
	w.walk(schema, "")
	return w.paths, w.undescribed
}

type walker struct {
	defs        any
	paths       map[string]bool
	undescribed []string
}

func (w *walker) walk(node map[string]any, parent string) {
	if ref, ok := node["$ref"].(string); ok {
		if name, ok := strings.CutPrefix(ref, "#/$defs/"); ok {
			if defs, ok := w.defs.(map[string]any); ok {
				if inner, ok := defs[name].(map[string]any); ok {
					w.walk(inner, parent)
				}
			}
		}
	}
	if items, ok := node["items"].(map[string]any); ok {
		w.walk(items, parent)
	}
	properties, _ := node["properties"].(map[string]any)
	for name, value := range properties {
		property, _ := value.(map[string]any)
		w.paths[parent+name] = true
		if text, _ := property["description"].(string); text == "" {
			w.undescribed = append(w.undescribed, parent+name)
		}
		w.walk(property, parent+name+".")
	}
}
