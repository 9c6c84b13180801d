//! Writes what was compiled as a `CodeGeneratorRequest`.

mod element;
mod newer;
mod types;
mod values;

use capnp::schema_capnp::code_generator_request::requested_file;
use capnp::schema_capnp::{annotation, enumerant, field, method, node};
use capnp::{message, serialize, struct_list, text};

use super::node::{Annotation, Body, Enumerant, Field, FieldKind, Method, Node, Struct};
use super::reach::Reached;
use super::syntax::{Target, Targets};
use super::tree::Identifier;

/// The version of the language, for generators that want to know.
const VERSION: (u16, u8, u8) = (1, 4, 0);

/// A file that was asked for.
pub(super) struct Requested {
    pub(super) id: u64,
    pub(super) name: String,
    /// The files that it imports, by the paths written there.
    pub(super) imports: Vec<(String, u64)>,
    pub(super) identifiers: Vec<Identifier>,
}

/// Writes the message.
pub(super) fn write(reached: &Reached, files: &[Requested]) -> capnp::Result<Vec<u8>> {
    let nodes = &reached.nodes;
    let mut message = message::Builder::new_default();
    let mut request = message.init_root::<newer::Request<'_>>();
    let mut version = request.known().init_capnp_version();
    version.set_major(VERSION.0);
    version.set_minor(VERSION.1);
    version.set_micro(VERSION.2);

    let mut list = request.nodes(nodes.len());
    for (index, node) in (0..).zip(nodes) {
        let mut to = list.reborrow().get(index).0;
        // The official compiler tells it of annotations in their source information only.
        let is_annotation = matches!(node.body, Body::Annotation { .. });
        if !is_annotation && reached.placeless != Some(node.id) {
            newer::set_node_place(&mut to, node.place);
        }
        write_node(to.into(), node)?;
    }
    // The official compiler forgets the ids of parameters and results here, so that one is left of all.
    let documented = nodes.iter().filter(|node| !node.is_parameters());
    let documented: Vec<_> = documented.chain(&reached.first_params).collect();
    let mut list = request.source_info(documented.len());
    for (index, node) in (0..).zip(documented) {
        let mut to = list.reborrow().get(index).0;
        newer::set_source_place(&mut to, node.place);
        write_source_info(to.into(), node);
    }
    let mut list = request.requested_files(files.len());
    for (index, file) in (0..).zip(files) {
        let mut to = list.reborrow().get(index).0;
        newer::write_identifiers(&mut to, &file.identifiers);
        write_requested(to.into(), file);
    }
    Ok(serialize::write_message_to_words(&message))
}

fn write_requested(mut to: requested_file::Builder<'_>, from: &Requested) {
    to.set_id(from.id);
    to.set_filename(&from.name);
    let mut imports = to.init_imports(count(from.imports.len()));
    for (index, (name, id)) in (0..).zip(&from.imports) {
        let mut import = imports.reborrow().get(index);
        import.set_id(*id);
        import.set_name(name);
    }
}

/// How many there are. Lists are bounded by the budget, far below what a message can hold.
fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn write_node(mut node: node::Builder<'_>, from: &Node) -> capnp::Result<()> {
    node.set_id(from.id);
    node.set_display_name(&from.display_name);
    node.set_display_name_prefix_length(count(from.prefix_length));
    node.set_scope_id(from.scope);
    node.set_is_generic(from.generic);
    if !from.parameters.is_empty() {
        let mut list = node
            .reborrow()
            .init_parameters(count(from.parameters.len()));
        for (index, name) in (0..).zip(&from.parameters) {
            list.reborrow().get(index).set_name(name);
        }
    }
    if !from.nested.is_empty() {
        let mut list = node.reborrow().init_nested_nodes(count(from.nested.len()));
        for (index, (name, id)) in (0..).zip(&from.nested) {
            let mut nested = list.reborrow().get(index);
            nested.set_name(name);
            nested.set_id(*id);
        }
    }
    if !from.annotations.is_empty() {
        let list = node
            .reborrow()
            .init_annotations(count(from.annotations.len()));
        write_annotations(list, &from.annotations)?;
    }
    match &from.body {
        Body::File => node.set_file(()),
        Body::Struct(body) => write_struct(node.init_struct(), body)?,
        Body::Enum(enumerants) => {
            let mut list = node.init_enum().init_enumerants(count(enumerants.len()));
            for (index, enumerant) in (0..).zip(enumerants) {
                write_enumerant(list.reborrow().get(index), enumerant)?;
            }
        }
        Body::Interface {
            superclasses,
            methods,
        } => {
            let mut interface = node.init_interface();
            let mut list = interface
                .reborrow()
                .init_superclasses(count(superclasses.len()));
            for (index, base) in (0..).zip(superclasses) {
                let mut superclass = list.reborrow().get(index);
                superclass.set_id(base.id);
                if !base.brand.scopes.is_empty() {
                    types::write_brand(superclass.init_brand(), &base.brand);
                }
            }
            let mut list = interface.init_methods(count(methods.len()));
            for (index, method) in (0..).zip(methods) {
                write_method(list.reborrow().get(index), method)?;
            }
        }
        Body::Const { ty, value } => {
            let mut constant = node.init_const();
            types::write_type(constant.reborrow().init_type(), ty);
            values::write_cell(&mut constant, value)?;
        }
        Body::Annotation { ty, targets } => {
            let mut annotation = node.init_annotation();
            types::write_type(annotation.reborrow().init_type(), ty);
            write_targets(annotation, *targets);
        }
    }
    Ok(())
}

fn write_struct(mut to: node::struct_::Builder<'_>, body: &Struct) -> capnp::Result<()> {
    to.set_data_word_count(body.data_words);
    to.set_pointer_count(body.pointers);
    to.set_preferred_list_encoding(capnp::schema_capnp::ElementSize::InlineComposite);
    to.set_is_group(body.is_group);
    if let Some((members, offset)) = body.union {
        to.set_discriminant_count(members);
        to.set_discriminant_offset(offset);
    }
    if !body.fields.is_empty() {
        let mut list = to.init_fields(count(body.fields.len()));
        for (index, field) in (0..).zip(&body.fields) {
            write_field(list.reborrow().get(index), field)?;
        }
    }
    Ok(())
}

fn write_field(mut to: field::Builder<'_>, from: &Field) -> capnp::Result<()> {
    to.set_name(&from.name);
    to.set_code_order(from.code_order);
    if let Some(discriminant) = from.discriminant {
        to.set_discriminant_value(discriminant);
    }
    if let Some(ordinal) = from.ordinal {
        to.reborrow().get_ordinal().set_explicit(ordinal);
    }
    if !from.annotations.is_empty() {
        let list = to
            .reborrow()
            .init_annotations(count(from.annotations.len()));
        write_annotations(list, &from.annotations)?;
    }
    match &from.kind {
        FieldKind::Slot {
            offset,
            ty,
            default,
            explicit,
        } => {
            let mut slot = to.init_slot();
            slot.set_offset(*offset);
            slot.set_had_explicit_default(*explicit);
            types::write_type(slot.reborrow().init_type(), ty);
            values::write_cell(&mut slot, default)
        }
        FieldKind::Group(id) => {
            to.init_group().set_type_id(*id);
            Ok(())
        }
    }
}

fn write_enumerant(mut to: enumerant::Builder<'_>, from: &Enumerant) -> capnp::Result<()> {
    to.set_name(&from.name);
    to.set_code_order(from.code_order);
    if !from.annotations.is_empty() {
        let list = to.init_annotations(count(from.annotations.len()));
        write_annotations(list, &from.annotations)?;
    }
    Ok(())
}

fn write_method(mut to: method::Builder<'_>, from: &Method) -> capnp::Result<()> {
    to.set_name(&from.name);
    to.set_code_order(from.code_order);
    to.set_param_struct_type(from.params.id);
    to.set_result_struct_type(from.results.id);
    if !from.params.brand.scopes.is_empty() {
        types::write_brand(to.reborrow().init_param_brand(), &from.params.brand);
    }
    if !from.results.brand.scopes.is_empty() {
        types::write_brand(to.reborrow().init_result_brand(), &from.results.brand);
    }
    let mut list = to
        .reborrow()
        .init_implicit_parameters(count(from.parameters.len()));
    for (index, name) in (0..).zip(&from.parameters) {
        list.reborrow().get(index).set_name(name);
    }
    if !from.annotations.is_empty() {
        let list = to.init_annotations(count(from.annotations.len()));
        write_annotations(list, &from.annotations)?;
    }
    Ok(())
}

fn write_annotations(
    mut list: struct_list::Builder<'_, annotation::Owned>,
    from: &[Annotation],
) -> capnp::Result<()> {
    for (index, annotation) in (0..).zip(from) {
        let mut to = list.reborrow().get(index);
        to.set_id(annotation.id);
        if !annotation.brand.scopes.is_empty() {
            types::write_brand(to.reborrow().init_brand(), &annotation.brand);
        }
        values::write_cell(&mut to, &annotation.value)?;
    }
    Ok(())
}

fn write_targets(mut to: node::annotation::Builder<'_>, targets: Targets) {
    to.set_targets_file(targets.contains(Target::File));
    to.set_targets_const(targets.contains(Target::Const));
    to.set_targets_enum(targets.contains(Target::Enum));
    to.set_targets_enumerant(targets.contains(Target::Enumerant));
    to.set_targets_struct(targets.contains(Target::Struct));
    to.set_targets_field(targets.contains(Target::Field));
    to.set_targets_union(targets.contains(Target::Union));
    to.set_targets_group(targets.contains(Target::Group));
    to.set_targets_interface(targets.contains(Target::Interface));
    to.set_targets_method(targets.contains(Target::Method));
    to.set_targets_param(targets.contains(Target::Param));
    to.set_targets_annotation(targets.contains(Target::Annotation));
}

fn write_source_info(mut to: node::source_info::Builder<'_>, from: &Node) {
    if !from.is_parameters() {
        to.set_id(from.id);
    }
    if let Some(docs) = &from.docs {
        to.set_doc_comment(text::Reader(docs));
    }
    let members: Vec<&Option<Vec<u8>>> = match &from.body {
        Body::Struct(body) => body.fields.iter().map(|field| &field.docs).collect(),
        Body::Enum(enumerants) => enumerants.iter().map(|member| &member.docs).collect(),
        Body::Interface { methods, .. } => methods.iter().map(|method| &method.docs).collect(),
        _ => Vec::new(),
    };
    if members.is_empty() {
        return;
    }
    let mut list = to.init_members(count(members.len()));
    for (index, docs) in (0..).zip(members) {
        if let Some(docs) = docs {
            list.reborrow()
                .get(index)
                .set_doc_comment(text::Reader(docs));
        }
    }
}
