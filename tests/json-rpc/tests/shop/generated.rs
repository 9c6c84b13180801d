//! The generated code itself.

use ipc_gen::Builder;
use ipc_json_rpc::module;
use ipc_json_rpc_tests::{Books, OurEcho};
use ipc_runtime::Exception;

fn builder() -> Builder {
    Builder::new()
        .src_prefix("schema")
        .src_prefix("../../schema")
        .import_path("../../schema")
}

#[test]
fn is_as_reviewed() {
    let files = builder()
        .json_rpc(true)
        .generate(&["schema/shop.capnp", "../../schema/v32/echo.capnp"])
        .unwrap();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        for name in ["shop.rs", "v32/echo.rs"] {
            insta::assert_snapshot!(name.trim_end_matches(".rs").replace('/', "__"), files[name]);
        }
    });
}

#[test]
fn without_the_option_nothing_is_there() {
    let files = builder().generate(&["schema/shop.capnp"]).unwrap();
    assert!(!files["shop.rs"].contains("json"));
}

#[test]
fn methods_may_have_names_in_snake_case() {
    use ipc_json_rpc_tests::snake::shop::{Named, NamedProxy};

    struct Nobody;

    impl Named for Nobody {
        async fn get_name(&self) -> Result<String, Exception> {
            Ok(String::new())
        }
    }

    let methods = module(NamedProxy::new(Nobody)).unwrap();
    let mut names: Vec<_> = methods.method_names().collect();
    names.sort_unstable();
    assert_eq!(names, ["named_destroy", "named_get_name"]);
    let _also_there = (OurEcho, Books::default());
}
