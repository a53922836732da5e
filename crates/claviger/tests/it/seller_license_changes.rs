//! The license types that change, list and tell licenses (`docs/protocol/seller.md`).
