package extract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVisibleText(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"blocks", "<p>one</p><div>two<br>three</div>", "one\ntwo\nthree"},
		{"inline", "pay<b>ment</b> d<span>ue</span>", "payment due"},
		{"entities", "a&amp;b &#x43;&eacute;", "a&b Cé"},
		{"display none", "see<div style='DISPLAY : none !important'>not<b>this</b></div>me", "see\nme"},
		{"hidden attribute", "a<span hidden>b</span>c", "ac"},
		{"font size", "a<span style='font-size:0px'>b</span><font size=1px>c</font><span style='font-size:0'>d<i style='font-size:12px'>e</i></span>", "ae"},
		{"same colour", "a<font color=white>b</font><div bgcolor=#336699><span style='color:#336699'>c</span>d</div>", "a\nd"},
		{"white on a button", "<a style='background:#00f;color:#fff'>Pay</a>", "Pay"},
		{"white over a picture", "<td background=x.png><font color=#ffffff>shown</font></td>", "shown"},
		{"zero box", "a<div style='max-height:0;overflow:hidden'>b</div>c", "a\nc"},
		{"comment, style, script, title", "<title>t</title><!-- c --><style>s</style><script>x</script>a", "a"},
		{"style rule", "<style>.k{display:none} textarea {display:none;} @media x{.v{display:none}}</style><i class='z k'>b</i><i class=v>c</i>", "c"},
		{"unclosed hidden paragraph", "<p style='display:none'>a<p>b", "b"},
		{"quoted message", "mine<blockquote type=cite>theirs<br>too</blockquote>", "mine\n> theirs\n> too"},
		{"unclosed tag", "<div><b>x", "x"},
		{"stray end tags", "</div></b>x</p>y", "x\ny"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var p page
			readHTML(&p, tt.in)
			if got := strings.TrimSpace(string(p.text)); got != tt.want {
				t.Errorf("readHTML(%q) text = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestPageLinks(t *testing.T) {
	var p page
	readHTML(&p, `<a href=" http://a.example/x ">t</a><area href=http://b.example><form action="http://c.example/f"><img src=cid:pic@1><img src=https://d.example/i.png><td background="http://e.example/b.gif"><a href="#top">`)
	want := []link{{linkAnchor, "http://a.example/x"}, {linkAnchor, "http://b.example"}, {linkForm, "http://c.example/f"}, {linkImage, "https://d.example/i.png"}, {linkImage, "http://e.example/b.gif"}}
	if diff := cmp.Diff(want, p.links, cmp.AllowUnexported(link{})); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
}

// TestTagsIgnoreText: the skeleton does not depend on text or attribute values.
func TestTagsIgnoreText(t *testing.T) {
	var a, b page
	readHTML(&a, `<table width=1><tr><td>Brand A</td></tr></table><a href=x>1</a>`)
	readHTML(&b, `<TABLE width=200><tr><td>Other brand</td></tr></table><a href=y>2</a>`)
	if string(a.skeleton) != string(b.skeleton) || !cmp.Equal(a.tags, b.tags) {
		t.Errorf("skeletons %q and %q differ", a.skeleton, b.skeleton)
	}
}

// TestDeepNesting stays within memory and keeps the text.
func TestDeepNesting(t *testing.T) {
	var p page
	readHTML(&p, strings.Repeat("<div><span>", 100_000)+"deep")
	if !strings.Contains(string(p.text), "deep") {
		t.Error("text lost")
	}
}
