// The box on top of every page: what is typed is looked for as it is typed, and the arrows walk through what was found.
// Without this script, Enter leads to a page with the same.
(() => {
  "use strict";
  const input = document.querySelector("form.find [data-find]");
  if (!input) return;
  const form = input.form, live = document.getElementById("live");
  // Typing pauses for so many milliseconds before it is looked for.
  const PAUSE = 150;
  const box = document.createElement("div");
  box.className = "found";
  box.hidden = true;
  form.append(box);
  Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-expanded": "false",
  }).forEach(([name, value]) => input.setAttribute(name, value));

  let waiting, request, before = null;
  const options = () => [...box.querySelectorAll("[role=option]")];
  const chosen = () => box.querySelector("[aria-selected=true]");
  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const show = (html, text = "") => {
    box.innerHTML = html;
    box.dataset.of = text;
    box.hidden = !html;
    input.removeAttribute("aria-activedescendant");
    const list = document.getElementById("found-list");
    input.setAttribute("aria-expanded", String(!!list));
    if (list) input.setAttribute("aria-controls", list.id);
    else input.removeAttribute("aria-controls");
    const count = options().length;
    live.textContent = !html ? "" : count ? `${count} found` : "Nothing found";
  };
  const stop = () => {
    clearTimeout(waiting);
    request?.abort();
    request = undefined;
  };
  const close = () => {
    stop();
    show("");
  };
  const look = async () => {
    stop();
    const text = input.value.trim();
    if (!text) return show("");
    const asked = request = new AbortController();
    const query = new URLSearchParams(new FormData(form));
    try {
      const reply = await fetch(`${form.action}?${query}`, { headers: { "HX-Request": "true" }, signal: asked.signal });
      const elsewhere = reply.headers.get("HX-Redirect");
      const html = reply.ok && !elsewhere ? await reply.text() : "";
      if (request !== asked) return;
      // Somebody signed out meanwhile: the page tells.
      if (elsewhere) return location.assign(elsewhere);
      if (document.activeElement === input) show(html, text);
    } catch (trouble) {
      if (trouble.name !== "AbortError") close();
    }
  };

  // The list belongs to what is typed: it goes with it, and comes again with more.
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    request?.abort();
    waiting = setTimeout(look, PAUSE);
  });
  input.addEventListener("focus", (event) => {
    before = event.relatedTarget;
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close();
  });
  // A click into the list must not take the focus before it is one.
  box.addEventListener("mousedown", (event) => event.preventDefault());
  form.addEventListener("submit", stop);

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options(), at = all.indexOf(chosen());
    const go = (to) => {
      event.preventDefault();
      choose(all[to]);
    };
    switch (event.key) {
      case "ArrowDown": return all.length ? go((at + 1) % all.length) : undefined;
      case "ArrowUp": return all.length ? go(at <= 0 ? all.length - 1 : at - 1) : undefined;
      case "Home": return at >= 0 ? go(0) : undefined;
      case "End": return at >= 0 ? go(all.length - 1) : undefined;
      case "Enter":
        if (at >= 0) {
          event.preventDefault();
          stop();
          if (event.ctrlKey || event.metaKey) window.open(all[at].href);
          else location.assign(all[at].href);
        }
        return;
      case "Escape":
        // Back to where one was.
        event.preventDefault();
        event.stopPropagation();
        close();
        if (before?.isConnected && before !== document.body) before.focus();
        if (document.activeElement === input) input.blur();
    }
  });
})();
