//! Generates typed Rust proxies and adapters from Cap'n Proto schemas.
