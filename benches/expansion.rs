//! `cargo bench -p ipc-benches --bench expansion --profile dev`: how long `#[ipc_interface]` takes for the traits of
//! Bitcoin Core's interfaces, in a debug build as the macro is one while one develops.
//!
//! Each trait is expanded as the compiler has it done: the schema is read and compiled anew, with all that it imports.
//! The least of some rounds counts. On Linux it is the processor's time, which does not depend on what else the machine
//! does.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use quote::{ToTokens, quote};
use syn::Item;

const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut measured = Vec::new();
    for file in [
        "v32/mining",
        "multiprocess/node",
        "multiprocess/chain",
        "multiprocess/wallet",
    ] {
        let source = workspace.join(format!("generated-examples/src/generated/{file}.rs"));
        let schema = workspace
            .join(format!("schema/{file}.capnp"))
            .display()
            .to_string();
        let folder = workspace.join("schema").display().to_string();
        let arguments = quote!(schema = #schema, src_prefix = #folder, types = crate::generated);
        for item in syn::parse_file(&std::fs::read_to_string(source)?)?.items {
            let Item::Trait(item) = item else { continue };
            let name = format!("{file}: {}", item.ident);
            let (methods, tokens) = (item.items.len(), item.into_token_stream());
            let mut best = Duration::MAX;
            for _ in 0..ROUNDS {
                let start = time();
                let expanded = ipc_gen::attribute::interface(arguments.clone(), tokens.clone());
                best = best.min(time().saturating_sub(start));
                if expanded.to_string().contains("compile_error") {
                    return Err(format!("{name}: {expanded}").into());
                }
            }
            measured.push((best, methods, name));
        }
    }
    measured.sort_by_key(|(_, methods, _)| std::cmp::Reverse(*methods));
    println!("| interface | methods | time |");
    println!("|---|---|---|");
    for (time, methods, name) in &measured {
        println!(
            "| {name} | {methods} | {:.1} ms |",
            time.as_secs_f64() * 1e3
        );
    }
    Ok(())
}

/// How long this thread has had a processor, or how late it is where the system does not tell.
fn time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = told
        .as_deref()
        .and_then(|told| told.split_whitespace().next()?.parse().ok());
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let start = START.get_or_init(Instant::now);
    told.map_or_else(|| start.elapsed(), Duration::from_nanos)
}
