// What is wrong with a page for who cannot see it well, uses a keyboard or a small
// screen: a list of sentences.
(() => {
  const wrong = [];
  const say = (what, e) => wrong.push(what + ": " + (e ? e.outerHTML.slice(0, 160) : ""));
  const all = (s) => [...document.querySelectorAll(s)];

  if (!document.documentElement.lang) say("no language");
  if (!document.title) say("no title");
  for (const s of ["header", "main", "footer"]) if (all("body > " + s).length !== 1) say("not one " + s);
  if (all("h1").length !== 1) say("not one h1");
  if (!document.querySelector("a.skip[href='#main']") || document.querySelector("a, button, input") !== document.querySelector("a.skip")) say("the first link does not skip to the content");
  let level = 1;
  for (const h of all("h1, h2, h3, h4, h5, h6")) {
    const n = Number(h.tagName[1]);
    if (n > level + 1) say("a heading skips a level", h);
    if (!h.textContent.trim()) say("an empty heading", h);
    level = n;
  }
  for (const n of all("nav, section, [role=region], form[role=search]")) {
    const by = n.getAttribute("aria-labelledby");
    if (by && !document.getElementById(by)) say("labelled by nothing", n);
    if (n.tagName !== "FORM" && !by && !n.getAttribute("aria-label")) say("a landmark without name", n);
  }
  const ids = all("[id]").map((e) => e.id);
  if (new Set(ids).size !== ids.length) say("an id is there twice");
  for (const f of all("input:not([type=hidden]), select, textarea")) {
    const name = [...(f.labels || [])].map((l) => l.textContent).join("") || f.getAttribute("aria-label") || "";
    if (!name.trim()) say("a field without label", f);
  }
  for (const b of all("a, button")) if (!(b.textContent.trim() || b.getAttribute("aria-label"))) say("a link or button without text", b);
  for (const i of all("img")) if (!i.hasAttribute("alt")) say("an image without alt", i);
  for (const s of all("svg")) if (!s.getAttribute("aria-label") && s.getAttribute("aria-hidden") !== "true") say("a drawing without label", s);
  for (const t of all("table")) if (!t.querySelector("th[scope]")) say("a table without headings", t);
  if (document.documentElement.scrollWidth > window.innerWidth) {
    const e = all("body *").find((e) => e.getBoundingClientRect().right > window.innerWidth + 1 && !e.closest(".scroll, .quiet, .skip"));
    say("wider than the screen", e);
  }

  // Contrast (WCAG 2.2, 1.4.3) of all text with what is behind it.
  const colour = (s) => { const c = s.match(/[\d.]+/g).map(Number); return { r: c[0], g: c[1], b: c[2], a: c.length > 3 ? c[3] : 1 }; };
  const light = (c) => {
    const f = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * f(c.r) + 0.7152 * f(c.g) + 0.0722 * f(c.b);
  };
  const behind = (e) => {
    for (; e; e = e.parentElement) { const c = colour(getComputedStyle(e).backgroundColor); if (c.a > 0) return c; }
    return { r: 255, g: 255, b: 255, a: 1 };
  };
  let texts = 0;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || e.closest(".quiet, .skip, svg, option")) continue;
    const a = light(colour(getComputedStyle(e).color)), b = light(behind(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) say("contrast " + ratio.toFixed(2), e);
    texts++;
  }
  if (texts < 3) say("no text was looked at");
  return wrong;
})()
