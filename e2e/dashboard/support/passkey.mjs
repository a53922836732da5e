// A passkey without a device: Chromium's virtual authenticator, which always agrees.

/** Gives a visitor's window a device that keeps passkeys. */
export async function giveDevice(visitor) {
  const session = await visitor.context.newCDPSession(visitor.page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true,
    },
  });
  return {
    /** The passkeys on it. */
    passkeys: async () => (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    /** From now on its owner does not prove who they are, as with a wrong finger. */
    refuse: () => session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false }),
    /** Now they do again. */
    accept: () => session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true }),
  };
}
