package extract

import "testing"

func TestPathShape(t *testing.T) {
	tests := []struct{ in, want string }{
		{"http://h.example/", ""},
		{"http://h.example/index.html", ""},
		{"http://h.example/wp-content/login.php?id=9981&tok=aGVsbG8", "/wp-content/login.php?id=#n&tok=#"},
		{"http://h.example/track/5f3a9c21d0ab/open", "/track/#h3/open"},
		{"http://h.example/index0.htm", "/index0.htm"},
		{"http://h.example/u/XyZaBcDeFg/77", "/u/#t3/#n1"},
		{"http://h.example/one%2Ftwo", "/one/two"},
		{"http://h.example/evas-dparun/", "/evas-dparun/"},
		{"http://h.example/x?to=" + masked, "/x?to=#me"},
		{"http://h.example/go?u=http%3A%2F%2Fe.example", "/go?u=#url"},
	}
	for _, tt := range tests {
		a, ok := splitURL(tt.in)
		if got := pathShape(&a); !ok || got != tt.want {
			t.Errorf("pathShape(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestSplitURL(t *testing.T) {
	tests := []struct {
		in, host string
		ok       bool
	}{
		{"HTTP://User:pw@Host.Example.:80/x", "host.example", true},
		{"//cdn.example/x", "cdn.example", true},
		{"http:\\\\bad.example\\x", "bad.example", true},
		{"ht\ntp://split.exa\nmple/", "split.example", true},
		{"http://bücher.example/", "xn--bcher-kva.example", true},
		{"http://192.0.2.7/x", "192.0.2.7", true},
		{"javascript:alert(1)", "", false},
		{"data:text/html,x", "", false},
		{"/relative", "relative", false},
	}
	for _, tt := range tests {
		a, ok := splitURL(tt.in)
		if ok != tt.ok || ok && a.host != tt.host {
			t.Errorf("splitURL(%q) = %q, %v, want %q, %v", tt.in, a.host, ok, tt.host, tt.ok)
		}
	}
}

func TestMaskURL(t *testing.T) {
	m := newMask([]string{"erika.m@example.net"}, nil)
	tests := []struct{ in, want string }{
		{"http://h.example/?e=Erika.M@example.net", "http://h.example/?e=<recipient>"},
		{"http://h.example/?e=erika.m%40EXAMPLE.net&x", "http://h.example/?e=<recipient>&x"},
		{"http://h.example/ZXJpa2EubUBleGFtcGxlLm5ldA==", "http://h.example/<recipient>"},
		{"http://h.example/x?d=eHh8ZXJpa2EubUBleGFtcGxlLm5ldHx5", "http://h.example/x?d=<recipient>"},
		{"http://h.example/6572696b612e6d406578616d706c652e6e6574", "http://h.example/<recipient>"},
		{"http://h.example/u/erika.m/x", "http://h.example/u/<recipient>/x"},
		{"http://erika.m.example/x", "http://erika.m.example/x"},
	}
	for _, tt := range tests {
		if got := m.url(tt.in); got != tt.want {
			t.Errorf("url(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestFindURL(t *testing.T) {
	tests := []struct{ in, want string }{
		{"Go:http://h.example/x).", "http://h.example/x"},
		{"(www.h.example)", "www.h.example"},
		{"visit shop-h.com/now today", "shop-h.com/now"},
		{"end.Then more", ""},
		{"hxxp://h.example/x", "hxxp://h.example/x"},
	}
	for _, tt := range tests {
		w := testWork(t, "a@example.net", "")
		s := scanner{out: &w.words, mask: w.who.mask, found: &w.found}
		s.line(tt.in)
		got := ""
		if len(w.found.links) > 0 {
			got = w.found.links[0].url
		}
		if got != tt.want {
			t.Errorf("link in %q = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestHosts(t *testing.T) {
	if !everybodys("www.facebook.com") || everybodys("facebook.com.evil.example") {
		t.Error("everybody's hosts: want www.facebook.com, not facebook.com.evil.example")
	}
	if got := hosting("x.blogspot.com"); got != "*.blogspot.com" || hosting("www.a.co.uk") != "" || hosting("a.example") != "" {
		t.Errorf("hosting(x.blogspot.com) = %q", got)
	}
	for in, want := range map[string]string{"www.a.co.uk": "a.co.uk", "x.blogspot.com": "x.blogspot.com", "192.0.2.1": "192.0.2.1", "localhost": "localhost"} {
		if got := registrable(in); got != want {
			t.Errorf("registrable(%q) = %q, want %q", in, got, want)
		}
	}
}
