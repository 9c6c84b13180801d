//! The `ipc-gen` command.
fn main() {
    let mut c = capnpc_embedded::CompileCommand::new();
    let mut a: Vec<String> = std::env::args().skip(1).collect();
    if !a.is_empty() { let p = a.remove(0); c.src_prefix(&p); c.import_path(&p); }
    for f in a { c.file(f); }
    let t = std::time::Instant::now();
    let b = c.compile().unwrap();
    eprintln!("{:?} {}", t.elapsed(), b.len());
    use std::io::Write;
    std::io::stdout().write_all(&b).unwrap();
}
