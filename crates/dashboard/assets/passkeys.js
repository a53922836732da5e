// Passkeys: a form with data-passkey asks data-question what to ask the authenticator, and brings along its answer.
(() => {
  "use strict";
  const forms = document.querySelectorAll("form[data-passkey]");
  if (!window.PublicKeyCredential) {
    forms.forEach((form) => { form.hidden = true; });
    return;
  }
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (character) => character.charCodeAt(0));
  };
  const text = (buffer) => {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const described = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  // What the standard's own parser does, for browsers that do not have it yet.
  const readable = (asked, kind) => {
    const options = { ...asked, challenge: bytes(asked.challenge) };
    if (kind === "create") {
      options.user = { ...asked.user, id: bytes(asked.user.id) };
      options.excludeCredentials = described(asked.excludeCredentials);
    } else {
      options.allowCredentials = described(asked.allowCredentials);
    }
    return options;
  };
  const told = (made) => {
    const response = { clientDataJSON: text(made.response.clientDataJSON) };
    if (made.response.attestationObject) {
      response.attestationObject = text(made.response.attestationObject);
      response.transports = made.response.getTransports ? made.response.getTransports() : [];
    } else {
      response.authenticatorData = text(made.response.authenticatorData);
      response.signature = text(made.response.signature);
      response.userHandle = made.response.userHandle ? text(made.response.userHandle) : null;
    }
    return JSON.stringify({
      id: made.id, rawId: text(made.rawId), type: made.type, response,
      authenticatorAttachment: made.authenticatorAttachment || undefined,
      clientExtensionResults: {},
    });
  };

  const ask = async (form) => {
    const kind = form.dataset.passkey;
    const token = form.elements.token.value;
    const reply = await fetch(form.dataset.question, { method: "POST", headers: { "X-Form-Token": token, "HX-Request": "true" } });
    const elsewhere = reply.headers.get("HX-Redirect");
    if (elsewhere) { location.assign(elsewhere); return; }
    if (!reply.ok) throw new Error(await reply.text());
    const question = await reply.json();
    const asked = question.options.publicKey || question.options;
    const made = await navigator.credentials[kind]({ publicKey: readable(asked, kind) });
    form.elements.ticket.value = question.ticket;
    form.elements.answer.value = told(made);
    form.submit();
  };

  forms.forEach((form) => {
    const problem = form.querySelector("[data-problem]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      problem.hidden = true;
      try {
        await ask(form);
      } catch (error) {
        problem.textContent = error.name === "NotAllowedError"
          ? "The browser did not get a passkey: it was cancelled, took too long, or there is none for this address."
          : error.name === "InvalidStateError" ? "This authenticator holds a passkey of yours already." : error.message;
        problem.hidden = false;
      }
    });
  });
})();
