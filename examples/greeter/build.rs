fn main() -> Result<(), ipc_gen::Error> {
    ipc_gen::Builder::new()
        .src_prefix("schema")
        .compile(&["schema/greeter.capnp"])
}
