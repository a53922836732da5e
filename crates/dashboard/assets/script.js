// What the dashboard does beyond its pages: they work without it. htmx (before this, in the same file) loads parts of
// pages; here are dialogs, copying, selecting, keys and times.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("scripted");
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const say = (text) => { one("#live").textContent = text; };

  // What is there with the script only can have the focus only now; the browser has had its turn by the next frame.
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) one("[autofocus]")?.focus();
  });

  // Requests of htmx bring the token of forms, which each form on the page holds.
  document.addEventListener("htmx:configRequest", (event) => {
    const token = one("input[name=token]");
    if (token) event.detail.headers["X-Form-Token"] = token.value;
  });

  // Live updates break off when a page is left, and when a server restarts. They begin again by themselves; htmx would
  // write the event that tells it into the console.
  htmx.createEventSource = (address) => {
    const source = new EventSource(address);
    Object.defineProperty(source, "onerror", {
      set: (again) => source.addEventListener("error", () => again()),
    });
    return source;
  };

  // Dialogs: a link or a button with data-dialog shows the page it leads to in a dialog. A button brings its form's
  // fields along.
  const dialog = one("#dialog");
  let opener = null;
  const open = (address) => {
    htmx.ajax("GET", address, { target: "#dialog", swap: "innerHTML" }).then(() => {
      if (!dialog.open) dialog.showModal();
      const first = one("[autofocus]", dialog);
      if (first) first.focus();
    });
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-dialog]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      opener = link;
      if (link.href) return open(link.href);
      const form = link.form;
      const query = new URLSearchParams(new FormData(form, link));
      query.delete("token");
      return open((link.hasAttribute("formaction") ? link.formAction : form.action).split("?")[0] + "?" + query);
    }
    if (event.target.closest("#dialog [data-close]") || event.target === dialog) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    if (opener && opener.isConnected) opener.focus();
  });

  // Copying: data-copy holds the text, or the id of the element that does with data-copy-of.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-of]");
    if (!button) return;
    const text = button.dataset.copy ?? document.getElementById(button.dataset.copyOf).textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      (dialog.open ? dialog : document.body).append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    say("Copied");
    if (button.classList.contains("copy")) {
      const word = button.dataset.word ??= button.textContent;
      button.style.minWidth = button.offsetWidth + "px";
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = word; }, 1200);
    }
  });

  // Secrets: data-show names the element that is masked.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show]");
    if (!button) return;
    const secret = document.getElementById(button.dataset.show);
    const masked = secret.textContent;
    secret.textContent = secret.dataset.secret;
    secret.dataset.secret = masked;
    button.textContent = button.textContent === "Show" ? "Hide" : "Show";
  });

  // Selecting rows: boxes of a form with data-pick, a box for all, and the bar that tells how many.
  const picked = (form) => all("td.pick input:checked", form).length;
  const tell = (form) => {
    const count = picked(form), bar = one(".picked", form);
    if (bar) bar.classList.toggle("on", count > 0);
    all("[data-count]", form).forEach((place) => { place.textContent = count; });
    const boxes = all("td.pick input", form), everything = one("th.pick input", form);
    if (everything) {
      everything.checked = count > 0 && count === boxes.length;
      everything.indeterminate = count > 0 && count < boxes.length;
    }
  };
  let last = null;
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-pick]");
    if (!form) return;
    if (event.target.closest("th.pick")) {
      all("td.pick input:enabled", form).forEach((box) => { box.checked = event.target.checked; });
    }
    tell(form);
  });
  document.addEventListener("click", (event) => {
    const box = event.target.closest("td.pick input");
    if (!box) return;
    const boxes = all("td.pick input", box.form);
    if (event.shiftKey && last && boxes.includes(last)) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((each) => { each.checked = box.checked; });
    }
    last = box;
    tell(box.form);
  });

  // Keys: / filters, Ctrl K finds, arrows walk through rows, space selects, k kills what is selected, ? nothing.
  const typing = (element) => element.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    const find = one("[data-find]");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && find) {
      event.preventDefault();
      find.focus();
      return find.select();
    }
    if (event.key === "Escape" && typing(event.target)) return event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || dialog.open) return;
    if (event.key === "/") {
      const filter = one("[data-filter]") || find;
      if (filter) { event.preventDefault(); filter.focus(); filter.select(); }
      return;
    }
    const form = one("form[data-pick]");
    if (!form) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const boxes = all("td.pick input:enabled", form), at = boxes.indexOf(document.activeElement);
      const next = at < 0 ? 0 : at + (event.key === "ArrowDown" ? 1 : -1);
      if (boxes[next]) {
        event.preventDefault();
        boxes[next].focus();
        boxes[next].closest("tr").scrollIntoView({ block: "nearest" });
      }
    } else if (event.key === "k" && picked(form)) {
      event.preventDefault();
      one("[data-kill]", form)?.click();
    }
  });

  // Times: how long ago goes on; the exact time is the reader's own.
  const UNITS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const relative = (seconds) => {
    const size = Math.abs(seconds);
    const [unit, length] = UNITS.find(([, length]) => size >= length) ?? UNITS[5];
    const count = Math.floor(size / length);
    if (!size) return "now";
    const amount = `${count} ${unit}${count === 1 ? "" : "s"}`;
    return seconds > 0 ? `in ${amount}` : `${amount} ago`;
  };
  // A zone that this browser does not know must not stop everything else.
  let zone = root.dataset.zone || undefined;
  try { new Intl.DateTimeFormat("en", { timeZone: zone }); } catch { zone = undefined; }
  const exact = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone: zone });
  const times = (from) => all("time[datetime]", from).forEach((time) => {
    const at = new Date(time.dateTime);
    if (!time.dataset.exact) time.title = exact.format(at) + (zone ? ` ${zone}` : "");
    const text = relative(Math.round((at - Date.now()) / 1000));
    if (!("plain" in time.dataset) && time.textContent !== text) time.textContent = text;
  });
  times(document);
  setInterval(() => times(document), 20000);
  document.addEventListener("htmx:afterSwap", (event) => times(event.target));
  document.addEventListener("htmx:sseMessage", () => times(document));

  // Live tables: rows come in at the top while it is in sight and nobody is busy there, else they wait behind a button.
  // What is shown keeps its place, and what is selected stays selected.
  const liveForm = one("form[data-live]");
  if (liveForm) {
    const body = one("tbody", liveForm), fresh = one("[data-live-fresh]", liveForm);
    const top = "liveTop" in liveForm.dataset, shown = (row) => document.getElementById(row.id);
    let waiting = [], unseen = "";
    const read = (html) => {
      const template = document.createElement("template");
      template.innerHTML = html;
      return [...template.content.children];
    };
    const busy = () => !top || scrollY > 80 || dialog.open || picked(liveForm) || body.matches(":hover") ||
      body.contains(document.activeElement);
    const offer = () => {
      fresh.hidden = !waiting.length && !unseen;
      fresh.textContent = unseen || `${waiting.length} new`;
    };
    const insert = () => {
      if (!waiting.length) return;
      one("table", liveForm).hidden = false;
      one("[data-live-empty]", liveForm)?.remove();
      body.prepend(...waiting);
      all("tr", body).slice(200).forEach((row) => row.remove());
      waiting = [];
      times(body);
    };
    const settle = () => {
      if (!unseen && !busy()) insert();
      offer();
    };
    const replace = (row) => {
      const old = shown(row);
      if (old) {
        one("input", row).checked = one("input", old).checked;
        const at = old.contains(document.activeElement) && all("a, button, input", old).indexOf(document.activeElement);
        old.replaceWith(row);
        if (at !== false) all("a, button, input", row)[at]?.focus();
        return times(row);
      }
      const place = waiting.findIndex((each) => each.id === row.id);
      if (place >= 0) waiting[place] = row;
      return place >= 0;
    };
    const events = {
      began: (html) => waiting.unshift(...read(html).filter((row) => !shown(row) && !waiting.some((each) => each.id === row.id))),
      changed: (html) => read(html).forEach((row) => { if (!shown(row) && !replace(row)) waiting.unshift(row); else replace(row); }),
      altered: (html) => read(html).forEach(replace),
      ended: (ids) => ids.split(" ").forEach((id) => {
        waiting = waiting.filter((row) => row.id !== "s-" + id);
        const row = document.getElementById("s-" + id);
        if (!row) return;
        row.classList.add("ended");
        const box = one("input", row);
        box.checked = false;
        box.disabled = true;
        one("td:last-child", row).textContent = "ended";
        tell(liveForm);
      }),
      // One text, which begins where it began: a word after the number would move with each digit.
      live: (text) => { one("[data-live-count]").textContent = `${text} live`; },
      crowd: (count) => { unseen = `${count} new: show them`; },
      missed: () => { unseen = "Show what is new"; },
    };
    const source = new EventSource(liveForm.dataset.live);
    Object.entries(events).forEach(([name, learn]) => source.addEventListener(name, (event) => {
      learn(event.data);
      settle();
    }));
    fresh.addEventListener("click", () => {
      if (unseen || !top) return location.assign(liveForm.dataset.liveFirst);
      insert();
      offer();
      scrollTo(0, 0);
    });
    body.addEventListener("pointerleave", settle);
  }

  // An open menu closes when something else is clicked.
  document.addEventListener("click", (event) => {
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") all("details.menu[open]").forEach((menu) => { menu.open = false; one("summary", menu).focus(); });
  });

  // What a program would show of a text, while it is typed.
  document.addEventListener("input", (event) => {
    const place = document.getElementById(event.target.dataset.preview);
    if (place) place.textContent = event.target.value.replaceAll("{reason}", "charged back");
  });

  // Filters that apply as they are changed.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-apply]");
    if (form) form.requestSubmit();
  });
})();
