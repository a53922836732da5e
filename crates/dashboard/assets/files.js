// Uploads in pieces: dropped or chosen, with progress, going on after a broken connection where the server says. Without
// this script the form sends the file in one go.
(() => {
  "use strict";
  const form = document.querySelector("form[data-uploads]");
  if (!form) return;
  const PIECE = 4 * 1024 * 1024, WAITS = [1, 2, 4, 8, 15, 30], GIVE_UP = 10;
  const list = form.querySelector("[data-progress]"), input = form.elements.file;
  const several = !form.elements.id;
  const token = () => form.elements.token.value;
  const wait = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });

  // What was begun in this tab is gone on with when the same file is chosen again.
  const key = (file) => `upload ${form.dataset.uploads} ${form.elements.id?.value ?? ""} ${file.name} ${file.size} ${file.lastModified}`;

  // A request; rejects with {broken} where the connection failed, with {status, problem} where the server refused.
  const ask = (method, address, body, { headers = {}, progress, begun } = {}) => new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.setRequestHeader("X-Form-Token", token());
    Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value));
    if (progress) request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () => {
      let told = {};
      try { told = JSON.parse(request.responseText); } catch { /* a page */ }
      if (request.status >= 200 && request.status < 300 && "offset" in told) return done(told);
      if (request.status >= 200 && request.status < 300) return done({});
      fail({ status: request.status, problem: told.problem });
    });
    ["error", "timeout"].forEach((name) => request.addEventListener(name, () => fail({ broken: true })));
    request.addEventListener("abort", () => fail({ aborted: true }));
    begun?.(request);
    request.send(body);
  });

  const row = (file) => {
    const item = document.createElement("li"), name = document.createElement("span");
    name.className = "break";
    name.textContent = file.name;
    const bar = document.createElement("progress"), told = document.createElement("span");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `Upload of ${file.name}`);
    told.className = "faint";
    const stop = document.createElement("button");
    Object.assign(stop, { type: "button", className: "small", textContent: "Cancel" });
    stop.setAttribute("aria-label", `Cancel the upload of ${file.name}`);
    item.append(name, bar, told, stop);
    list.append(item);
    return { item, bar, told, stop };
  };

  const begin = async (file) => {
    const known = sessionStorage.getItem(key(file));
    if (known) {
      try { return await ask("GET", `${form.dataset.uploads}/${known}`); } catch { sessionStorage.removeItem(key(file)); }
    }
    const fields = new URLSearchParams({ name: file.name, size: file.size });
    if (form.elements.authed?.checked) fields.set("authed", "1");
    if (form.elements.id) fields.set("id", form.elements.id.value);
    const state = await ask("POST", form.dataset.uploads, fields);
    sessionStorage.setItem(key(file), state.upload);
    return state;
  };

  // Sends the pieces that are missing; tells the state after the last one.
  const send = async (file, state, shown) => {
    let failed = 0;
    while (!state.file) {
      if (shown.stopped) throw { aborted: true };
      const from = state.offset, piece = file.slice(from, from + PIECE), address = `${form.dataset.uploads}/${state.upload}`;
      try {
        state = await ask("POST", address, piece, {
          headers: { "Content-Type": "application/octet-stream", "Upload-Offset": from },
          progress: (loaded) => shown.progress(from + loaded),
          begun: (request) => { shown.request = request; },
        });
        failed = 0;
        shown.told.textContent = "";
      } catch (fault) {
        const again = fault.broken || fault.status === 409 || fault.status === 502 || fault.status === 503 || fault.status === 504;
        if (!again || (failed += 1) > GIVE_UP) throw fault;
        const seconds = fault.status === 409 ? 1 : WAITS[Math.min(failed, WAITS.length) - 1];
        shown.told.textContent = `The connection broke off. It goes on in ${seconds} s.`;
        await wait(seconds);
        try {
          state = await ask("GET", address);
          shown.progress(state.offset);
        } catch (fault) {
          if (!fault.broken) throw fault;
        }
      }
    }
    return state;
  };

  const upload = async (file) => {
    const { item, bar, told, stop } = row(file);
    const shown = {
      told,
      progress: (bytes) => {
        bar.value = file.size ? bytes / file.size : 1;
        told.textContent = `${Math.floor(bar.value * 100)} %`;
      },
    };
    let state = null;
    stop.addEventListener("click", () => {
      shown.stopped = true;
      shown.request?.abort();
      sessionStorage.removeItem(key(file));
      if (state) ask("POST", `${form.dataset.uploads}/${state.upload}/cancel`, new URLSearchParams()).catch(() => {});
      item.remove();
    });
    try {
      state = await begin(file);
      shown.progress(state.offset);
      state = await send(file, state, shown);
      bar.value = 1;
      told.textContent = "done";
      told.className = "good";
      stop.remove();
      sessionStorage.removeItem(key(file));
      return true;
    } catch (fault) {
      if (fault.aborted) return false;
      bar.remove();
      told.className = "problem";
      told.setAttribute("role", "alert");
      told.textContent = fault.problem ?? (fault.broken
        ? "The server cannot be reached. Choose the file again to go on."
        : fault.status === 403 ? "You are not signed in any more. Load the page anew."
        : "The server did not take it.");
      if (!fault.broken) sessionStorage.removeItem(key(file));
      stop.textContent = "Remove";
      return false;
    }
  };

  // One after the other; afterwards the list is loaded anew, unless something is to be read here.
  let queue = Promise.resolve(true), waiting = 0;
  const add = (files) => {
    const chosen = several ? [...files] : [...files].slice(0, 1);
    waiting += chosen.length;
    chosen.forEach((file) => {
      queue = queue.then(async (fine) => {
        const done = await upload(file);
        waiting -= 1;
        if (!waiting && fine && done) location.assign(form.dataset.done);
        return (fine || !waiting) && done;
      });
    });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add(input.files);
    input.value = "";
  });
  ["dragenter", "dragover"].forEach((name) => form.addEventListener(name, (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.classList.add("dropping");
  }));
  ["dragleave", "drop"].forEach((name) => form.addEventListener(name, () => form.classList.remove("dropping")));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    add(event.dataTransfer.files);
  });
  addEventListener("beforeunload", (event) => { if (waiting) event.preventDefault(); });
})();
