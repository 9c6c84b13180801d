//! Everything that a `CodeGeneratorRequest` says, as text to be compared.

use std::collections::BTreeMap;
use std::fmt::Write;

use capnp::message::{Builder, ReaderOptions};
use capnp::schema_capnp::{
    annotation, brand, code_generator_request, field, method, node, type_, value,
};
use capnp::{any_pointer, serialize, struct_list, text};

use super::places::Places;

/// What a request says: of each node by its id, of each node's source, and of the files.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Decoded {
    pub(crate) nodes: BTreeMap<u64, String>,
    pub(crate) sources: BTreeMap<u64, String>,
    pub(crate) files: Vec<String>,
    /// What only newer compilers tell.
    pub(crate) places: Places,
}

impl Decoded {
    /// The first difference between the nodes of two requests.
    pub(crate) fn node_difference(&self, other: &Self) -> Option<String> {
        difference(&self.nodes, &other.nodes, "node")
    }

    /// The first difference between two requests.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        self.node_difference(other)
            .or_else(|| difference(&self.sources, &other.sources, "source information"))
            .or_else(|| {
                (self.files != other.files)
                    .then(|| format!("files:\n{:#?}\n{:#?}", self.files, other.files))
            })
            .or_else(|| self.places.difference(&other.places))
    }
}

fn difference(
    one: &BTreeMap<u64, String>,
    other: &BTreeMap<u64, String>,
    what: &str,
) -> Option<String> {
    for id in one.keys().chain(other.keys()) {
        let (one, other) = (one.get(id), other.get(id));
        if one == other {
            continue;
        }
        let text = |text: Option<&String>| text.map_or("nothing".to_owned(), String::clone);
        let (one, other) = (text(one), text(other));
        let mut report = format!("{what} {id:#x}:\n");
        let (mut left, mut right) = (one.lines(), other.lines());
        loop {
            match (left.next(), right.next()) {
                (None, None) => break,
                (one, other) if one == other => {
                    report.extend(one.map(|line| format!("  {line}\n")));
                }
                (one, other) => {
                    report.extend(one.map(|line| format!("- {line}\n")));
                    report.extend(other.map(|line| format!("+ {line}\n")));
                }
            }
        }
        return Some(report);
    }
    None
}

/// Reads a request.
pub(crate) fn decode(bytes: &[u8]) -> capnp::Result<Decoded> {
    let options = ReaderOptions {
        traversal_limit_in_words: None,
        nesting_limit: i32::MAX,
    };
    let message = serialize::read_message(bytes, options)?;
    let request = message.get_root::<code_generator_request::Reader<'_>>()?;
    let mut decoded = Decoded::default();
    let version = request.get_capnp_version()?;
    decoded.places.version = (version.get_major(), version.get_minor());
    for node in request.get_nodes()? {
        decoded.places.add_node(node);
        decoded.nodes.insert(node.get_id(), node_text(node)?);
    }
    for info in request.get_source_info()? {
        let mut text = format!(
            "docs {}\n",
            optional(info.has_doc_comment(), info.get_doc_comment())?
        );
        for member in info.get_members()? {
            let docs = optional(member.has_doc_comment(), member.get_doc_comment())?;
            writeln!(text, "member {docs}").expect("strings take everything");
        }
        decoded.sources.insert(info.get_id(), text);
        decoded.places.add_source(info);
    }
    for file in request.get_requested_files()? {
        let mut text = format!("{:#x} {:?}", file.get_id(), file.get_filename()?);
        for import in file.get_imports()? {
            let name = import.get_name()?;
            write!(text, ", {:#x} {name:?}", import.get_id()).expect("strings take everything");
        }
        decoded.files.push(text);
        decoded.places.add_file(file)?;
    }
    Ok(decoded)
}

fn optional(there: bool, text: capnp::Result<text::Reader<'_>>) -> capnp::Result<String> {
    Ok(if there {
        format!("{:?}", String::from_utf8_lossy(text?.as_bytes()))
    } else {
        "none".to_owned()
    })
}

fn node_text(node: node::Reader<'_>) -> capnp::Result<String> {
    let mut lines = vec![
        format!("name {:?}", node.get_display_name()?),
        format!("prefix {}", node.get_display_name_prefix_length()),
        format!("scope {:#x}", node.get_scope_id()),
        format!("generic {}", node.get_is_generic()),
    ];
    for parameter in node.get_parameters()? {
        lines.push(format!("parameter {:?}", parameter.get_name()?));
    }
    for nested in node.get_nested_nodes()? {
        lines.push(format!(
            "nested {:?} {:#x}",
            nested.get_name()?,
            nested.get_id()
        ));
    }
    lines.extend(annotations(node.get_annotations()?)?);
    match node.which()? {
        node::File(()) => lines.push("file".to_owned()),
        node::Struct(body) => {
            lines.push(format!(
                "struct {} words {} pointers, encoding {:?}, group {}, union {} at {}",
                body.get_data_word_count(),
                body.get_pointer_count(),
                body.get_preferred_list_encoding()?,
                body.get_is_group(),
                body.get_discriminant_count(),
                body.get_discriminant_offset()
            ));
            for field in body.get_fields()? {
                lines.extend(field_text(field)?);
            }
        }
        node::Enum(body) => {
            lines.push("enum".to_owned());
            for enumerant in body.get_enumerants()? {
                let name = enumerant.get_name()?;
                lines.push(format!("enumerant {name:?} {}", enumerant.get_code_order()));
                lines.extend(annotations(enumerant.get_annotations()?)?);
            }
        }
        node::Interface(body) => {
            lines.push("interface".to_owned());
            for base in body.get_superclasses()? {
                let brand = brand_text(base.get_brand()?)?;
                lines.push(format!("extends {:#x}{brand}", base.get_id()));
            }
            for method in body.get_methods()? {
                lines.extend(method_text(method)?);
            }
        }
        node::Const(body) => {
            let ty = type_text(body.get_type()?)?;
            lines.push(format!("const {ty} = {}", value_text(body.get_value()?)?));
        }
        node::Annotation(body) => {
            let targets = [
                body.get_targets_file(),
                body.get_targets_const(),
                body.get_targets_enum(),
                body.get_targets_enumerant(),
                body.get_targets_struct(),
                body.get_targets_field(),
                body.get_targets_union(),
                body.get_targets_group(),
                body.get_targets_interface(),
                body.get_targets_method(),
                body.get_targets_param(),
                body.get_targets_annotation(),
            ];
            lines.push(format!(
                "annotation {} {targets:?}",
                type_text(body.get_type()?)?
            ));
        }
    }
    Ok(lines.join("\n"))
}

fn field_text(field: field::Reader<'_>) -> capnp::Result<Vec<String>> {
    let ordinal = match field.get_ordinal().which()? {
        field::ordinal::Implicit(()) => None,
        field::ordinal::Explicit(ordinal) => Some(ordinal),
    };
    let kind = match field.which()? {
        field::Slot(slot) => format!(
            "{} at {}, default {} ({})",
            type_text(slot.get_type()?)?,
            slot.get_offset(),
            value_text(slot.get_default_value()?)?,
            slot.get_had_explicit_default()
        ),
        field::Group(group) => format!("group {:#x}", group.get_type_id()),
    };
    let mut lines = vec![format!(
        "field {:?} order {} ordinal {ordinal:?} member {}: {kind}",
        field.get_name()?,
        field.get_code_order(),
        field.get_discriminant_value()
    )];
    lines.extend(annotations(field.get_annotations()?)?);
    Ok(lines)
}

fn method_text(method: method::Reader<'_>) -> capnp::Result<Vec<String>> {
    let mut lines = vec![format!(
        "method {:?} order {}: {:#x}{} -> {:#x}{}",
        method.get_name()?,
        method.get_code_order(),
        method.get_param_struct_type(),
        brand_text(method.get_param_brand()?)?,
        method.get_result_struct_type(),
        brand_text(method.get_result_brand()?)?,
    )];
    for parameter in method.get_implicit_parameters()? {
        lines.push(format!("implicit {:?}", parameter.get_name()?));
    }
    lines.extend(annotations(method.get_annotations()?)?);
    Ok(lines)
}

fn annotations(list: struct_list::Reader<'_, annotation::Owned>) -> capnp::Result<Vec<String>> {
    let lines = list.iter().map(|annotation| {
        let brand = brand_text(annotation.get_brand()?)?;
        let value = value_text(annotation.get_value()?)?;
        Ok(format!("  ${:#x}{brand} {value}", annotation.get_id()))
    });
    lines.collect()
}

fn type_text(ty: type_::Reader<'_>) -> capnp::Result<String> {
    let named = |kind, id, brand| Ok(format!("{kind} {id:#x}{}", brand_text(brand)?));
    Ok(match ty.which()? {
        type_::Void(()) => "Void".to_owned(),
        type_::Bool(()) => "Bool".to_owned(),
        type_::Int8(()) => "Int8".to_owned(),
        type_::Int16(()) => "Int16".to_owned(),
        type_::Int32(()) => "Int32".to_owned(),
        type_::Int64(()) => "Int64".to_owned(),
        type_::Uint8(()) => "UInt8".to_owned(),
        type_::Uint16(()) => "UInt16".to_owned(),
        type_::Uint32(()) => "UInt32".to_owned(),
        type_::Uint64(()) => "UInt64".to_owned(),
        type_::Float32(()) => "Float32".to_owned(),
        type_::Float64(()) => "Float64".to_owned(),
        type_::Text(()) => "Text".to_owned(),
        type_::Data(()) => "Data".to_owned(),
        type_::List(list) => format!("List({})", type_text(list.get_element_type()?)?),
        type_::Enum(ty) => return named("enum", ty.get_type_id(), ty.get_brand()?),
        type_::Struct(ty) => return named("struct", ty.get_type_id(), ty.get_brand()?),
        type_::Interface(ty) => return named("interface", ty.get_type_id(), ty.get_brand()?),
        type_::AnyPointer(any) => match any.which()? {
            type_::any_pointer::Unconstrained(kind) => match kind.which()? {
                type_::any_pointer::unconstrained::AnyKind(()) => "AnyPointer".to_owned(),
                type_::any_pointer::unconstrained::Struct(()) => "AnyStruct".to_owned(),
                type_::any_pointer::unconstrained::List(()) => "AnyList".to_owned(),
                type_::any_pointer::unconstrained::Capability(()) => "Capability".to_owned(),
            },
            type_::any_pointer::Parameter(parameter) => format!(
                "parameter {} of {:#x}",
                parameter.get_parameter_index(),
                parameter.get_scope_id()
            ),
            type_::any_pointer::ImplicitMethodParameter(parameter) => {
                format!(
                    "parameter {} of the method",
                    parameter.get_parameter_index()
                )
            }
        },
    })
}

fn brand_text(brand: brand::Reader<'_>) -> capnp::Result<String> {
    let mut text = String::new();
    for scope in brand.get_scopes()? {
        let bound = match scope.which()? {
            brand::scope::Inherit(()) => "inherit".to_owned(),
            brand::scope::Bind(bindings) => {
                let mut types = Vec::new();
                for binding in bindings? {
                    types.push(match binding.which()? {
                        brand::binding::Unbound(()) => "unbound".to_owned(),
                        brand::binding::Type(ty) => type_text(ty?)?,
                    });
                }
                types.join(", ")
            }
        };
        write!(text, " [{:#x}: {bound}]", scope.get_scope_id()).expect("strings take everything");
    }
    Ok(text)
}

fn value_text(value: value::Reader<'_>) -> capnp::Result<String> {
    let blob = |bytes: Option<&[u8]>| match bytes {
        Some(bytes) => format!("\"{}\"", bytes.escape_ascii()),
        None => "null".to_owned(),
    };
    Ok(match value.which()? {
        value::Void(()) => "void".to_owned(),
        value::Bool(value) => format!("{value}"),
        value::Int8(value) => format!("{value}i8"),
        value::Int16(value) => format!("{value}i16"),
        value::Int32(value) => format!("{value}i32"),
        value::Int64(value) => format!("{value}i64"),
        value::Uint8(value) => format!("{value}u8"),
        value::Uint16(value) => format!("{value}u16"),
        value::Uint32(value) => format!("{value}u32"),
        value::Uint64(value) => format!("{value}u64"),
        value::Float32(value) => format!("{:#x}f32", value.to_bits()),
        value::Float64(value) => format!("{:#x}f64", value.to_bits()),
        value::Text(text) => format!(
            "text {}",
            blob(value.has_text().then_some(text?.as_bytes()))
        ),
        value::Data(data) => format!("data {}", blob(value.has_data().then_some(data?))),
        value::List(pointer) => format!("list {}", words(pointer)?),
        value::Enum(value) => format!("enum {value}"),
        value::Struct(pointer) => format!("struct {}", words(pointer)?),
        value::Interface(()) => "interface".to_owned(),
        value::AnyPointer(pointer) => format!("any {}", words(pointer)?),
    })
}

/// An object's words, as they come out when it is copied into a message of its own.
fn words(pointer: any_pointer::Reader<'_>) -> capnp::Result<String> {
    if pointer.is_null() {
        return Ok("null".to_owned());
    }
    let mut message = Builder::new_default();
    message.set_root(pointer)?;
    let words = serialize::write_message_to_words(&message);
    let words = words.chunks(8).map(|word| {
        let bytes: String = word.iter().map(|byte| format!("{byte:02x}")).collect();
        bytes
    });
    Ok(words.collect::<Vec<_>>().join(" "))
}
