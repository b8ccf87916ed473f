"use strict";
(function () {
  const one = (s, at) => (at || document).querySelector(s);
  const all = (s, at) => Array.from((at || document).querySelectorAll(s));
  const said = one("#said");
  const say = (s) => { said.textContent = s; };

  // Setting: single keys. A page from a disk may have no storage.
  const stored = { get: () => { try { return localStorage.getItem("footfall-keys"); } catch (e) { return null; } },
    set: (v) => { try { localStorage.setItem("footfall-keys", v); } catch (e) { return; } } };
  const single = one("#single");
  one("#keyset").hidden = false;
  single.checked = stored.get() !== "off";
  single.addEventListener("change", () => stored.set(single.checked ? "on" : "off"));

  // Filter and order.
  const tools = one(".tools"), box = one("#filter"), count = one("#count");
  if (tools) {
    const least = one("#least"), closed = one("#closed");
    const rows = all(tools.dataset.for ? "table.moments tbody tr" : "#list tbody tr");
    const text = new Map();
    const words = (r) => { if (!text.has(r)) text.set(r, r.textContent.toLowerCase()); return text.get(r); };
    const apply = () => {
      const want = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      let n = 0;
      for (const r of rows) {
        const in_ = want.every((w) => words(r).includes(w)) && (!least || Number(r.dataset.level) >= Number(least.value)) &&
          (!closed || closed.checked || !r.dataset.closed);
        r.hidden = !in_;
        if (in_) n++;
      }
      if (want.length && tools.dataset.for) all("details.phase, details.phase details").forEach((d) => { d.open = true; });
      count.textContent = n === rows.length ? "" : n + " of " + rows.length + " lines";
    };
    tools.hidden = false;
    [box, least, closed].forEach((e) => e && e.addEventListener("input", apply));
  }
  for (const th of all("#list th[data-sort]")) {
    const b = document.createElement("button");
    b.type = "button";
    b.textContent = th.textContent;
    th.textContent = "";
    th.appendChild(b);
    b.addEventListener("click", () => {
      const body = one("#list tbody"), i = th.cellIndex, number = th.dataset.sort === "num";
      const down = th.getAttribute("aria-sort") === "descending" ? 1 : -1;
      const key = (r) => { const c = r.cells[i]; return c.dataset.key || c.textContent; };
      const list = Array.from(body.rows);
      list.sort((a, c) => down * (number ? key(a) - key(c) : key(a) < key(c) ? -1 : key(a) > key(c) ? 1 : 0));
      list.forEach((r) => body.appendChild(r));
      all("#list th").forEach((h) => h.removeAttribute("aria-sort"));
      th.setAttribute("aria-sort", down < 0 ? "descending" : "ascending");
    });
  }

  // Copying a record: as it is shown, or so that nothing in it is a link.
  const defang = (s) => s.replace(/\b(https?|ftp|ldap|smb|file)(?=:\/\/)/gi, (m) => m.replace(/t/i, "x").replace(/t/i, "x"))
    .replace(/:\/\//g, "[:]//").replace(/([0-9a-z_-])\.(?=[0-9a-z_-])/gi, "$1[.]").replace(/@/g, "[@]")
    .replace(/([0-9a-f]{1,4}):(?=[0-9a-f]{0,4}:)/gi, "$1[:]");
  const copy = (s) => {
    const from = document.activeElement, area = document.createElement("textarea");
    area.value = s;
    area.setAttribute("readonly", "");
    area.className = "away";
    document.body.appendChild(area);
    area.select();
    let done = false;
    try { done = document.execCommand("copy"); } catch (e) { done = false; }
    area.remove();
    if (from) from.focus({ preventScroll: true });
    say(done ? "copied" : "the browser did not let it be copied");
  };
  const whole = (li) => { const p = one("details.raw pre", li) || one("pre", li); return p ? p.textContent : ""; };
  const dress = (rec) => all("ol.records > li", rec).forEach((li) => {
    if (one(".copy", li) || !one("pre", li)) return;
    const p = document.createElement("span");
    p.className = "copy";
    [["Copy", (s) => s], ["Copy defanged", defang]].forEach(([name, f]) => {
      const b = document.createElement("button");
      b.type = "button";
      b.textContent = name;
      b.addEventListener("click", () => copy(f(whole(li))));
      p.appendChild(b);
    });
    one(".where", li).appendChild(p);
  });
  all("details.rec").forEach((d) => d.addEventListener("toggle", () => { if (d.open) dress(d); }));

  // Keys.
  const seen = (e) => e.getClientRects().length > 0;
  const items = () => all("main a.item, main summary").filter(seen);
  let last = null;
  const move = (by) => {
    const list = items();
    if (!list.length) return;
    let i = list.indexOf(document.activeElement);
    if (i < 0) i = last ? list.indexOf(last) : -1;
    if (i < 0 && by < 0) i = list.length;
    i = Math.max(0, Math.min(list.length - 1, i + by));
    last = list[i];
    last.focus();
    last.scrollIntoView({ block: "nearest" });
  };
  const link = (key) => {
    const a = one('[data-key="' + key + '"]');
    if (a && a.tagName === "A") a.click();
  };
  const record = () => {
    const at = document.activeElement;
    const li = at && at.closest("ol.records > li");
    if (li) return li;
    const d = at && at.closest("details.rec");
    return d && d.open ? one("ol.records > li", d) : null;
  };
  const fold = () => {
    const at = document.activeElement && document.activeElement.closest("section, main");
    const list = all("details", at || one("main"));
    const open = list.some((d) => !d.open);
    list.forEach((d) => { d.open = open; });
    say(open ? "unfolded" : "folded");
  };
  let before = "";
  const run = (k) => {
    const was = before;
    before = "";
    if (was === "g") {
      if (k === "q") { link("queue"); return true; }
      if (k === "t" || k === "e" || k === "f") { link(k); return true; }
    }
    switch (k) {
      case "j": move(1); return true;
      case "k": move(-1); return true;
      case "g": before = "g"; return true;
      case "n": case "p": link(k); return true;
      case "x": fold(); return true;
      case "/": if (box) { box.focus(); box.select(); } return !!box;
      case "?": { const h = one("#help"); h.open = !h.open; if (h.open) { h.scrollIntoView(); one("summary", h).focus(); } return true; }
      case "y": case "d": { const li = record(); if (li) copy(k === "y" ? whole(li) : defang(whole(li))); return !!li; }
    }
    return false;
  };
  document.addEventListener("keydown", (e) => {
    const t = e.target;
    if (e.key === "Escape" && t === box) { box.blur(); return; }
    if (e.ctrlKey || e.metaKey || e.altKey || !single.checked) return;
    if (t.closest("input:not([type=checkbox]), select, textarea")) return;
    if (run(e.key)) e.preventDefault();
  });
})();
