package console

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"time"

	"shoal/pipeline/publish"
)

// sheets are the templates of all pages, each with the layout around it.
var sheets = parse()

func parse() map[string]*template.Template {
	funcs := template.FuncMap(publish.Funcs())
	funcs["day"] = func(t time.Time) string { return t.UTC().Format(time.DateOnly) }
	funcs["hour"] = func(t time.Time) string { return t.UTC().Format("2 Jan 15:04") }
	funcs["add"] = func(a, b int) int { return a + b }
	funcs["draw"] = draw
	funcs["capital"] = capital
	layout := template.Must(template.New("layout").Funcs(funcs).ParseFS(templates, "templates/layout.tmpl", "templates/parts.tmpl"))
	out := map[string]*template.Template{}
	files, _ := templates.ReadDir("templates")
	for _, f := range files {
		name := f.Name()[:len(f.Name())-len(path.Ext(f.Name()))]
		if name == "layout" || name == "parts" {
			continue
		}
		out[name] = template.Must(template.Must(layout.Clone()).ParseFS(templates, "templates/"+f.Name()))
	}
	return out
}

// sheet is what the layout shows around a page.
type sheet struct {
	Title, Name string
	// In says that somebody is signed in, Act that they may decide.
	In, Act bool
	Who     string
	Word    string
	Query   string
	ID      string
	Page    any
}

// render answers with a page. It is made whole before any of it is sent.
func (v *visit) render(status int, name, title string, page any) {
	s := sheet{Title: publish.Clean(120, title), Name: name, ID: v.id, Page: page, Query: publish.Clean(200, v.req.URL.Query().Get("q"))}
	if v.holder != nil {
		s.Who, s.In = publish.Clean(64, v.holder.Name), v.session != nil
		s.Act = v.session != nil && v.deps.Desk != nil && v.holder.allows(ScopeAct)
	}
	if v.session != nil {
		s.Word = v.session.word
	}
	b := new(bytes.Buffer)
	if err := sheets[name].ExecuteTemplate(b, "layout.tmpl", s); err != nil {
		v.deps.Log.Error("fill page", "request", v.id, "page", name, "err", err)
		http.Error(v.w, "The page could not be made; the log says why.", http.StatusInternalServerError)
		return
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = b.WriteTo(v.w) // the browser may be gone
}

// file answers with a download.
func (v *visit) file(name, kind string, body []byte) error {
	head := v.w.Header()
	head.Set("Content-Type", kind)
	head.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	head.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, err := v.w.Write(body)
	return err
}

// capital is s with a capital first letter; s is ours.
func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-32) + s[1:]
}
