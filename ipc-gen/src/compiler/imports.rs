//! Which other files a file needs, for those who include code instead of reading schemas.

use std::collections::BTreeSet;

use super::syntax::{Declaration, DeclarationKind, Expression, ExpressionKind, ParamList};

/// The paths of the imports that a file's types and annotations are named by. Those of values are
/// left out: the values stand in the request.
pub(super) fn imports(root: &Declaration) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    declaration(root, &mut found);
    found
}

fn declaration(found: &Declaration, paths: &mut BTreeSet<String>) {
    match &found.kind {
        DeclarationKind::Using(target) => expression(target, paths),
        DeclarationKind::Const { ty, .. } | DeclarationKind::Field { ty, .. } => {
            expression(ty, paths);
        }
        DeclarationKind::Interface { superclasses } => {
            for base in superclasses {
                expression(base, paths);
            }
        }
        DeclarationKind::Method { params, results } => {
            param_list(params, paths);
            if let Some(results) = results {
                param_list(results, paths);
            }
        }
        _ => {}
    }
    for annotation in &found.annotations {
        expression(&annotation.name, paths);
    }
    for nested in &found.nested {
        declaration(nested, paths);
    }
}

fn param_list(list: &ParamList, paths: &mut BTreeSet<String>) {
    match list {
        ParamList::Named(params) => {
            for param in params {
                expression(&param.ty, paths);
                for annotation in &param.annotations {
                    expression(&annotation.name, paths);
                }
            }
        }
        ParamList::Struct(name) => expression(name, paths),
        ParamList::Stream(_) => {
            paths.insert(super::interfaces::STREAM_FILE.to_owned());
        }
    }
}

fn expression(found: &Expression, paths: &mut BTreeSet<String>) {
    match &found.kind {
        ExpressionKind::Import(path) => {
            paths.insert(path.text.clone());
        }
        ExpressionKind::List(elements) => {
            for element in elements {
                expression(element, paths);
            }
        }
        ExpressionKind::Tuple(arguments) => {
            for argument in arguments {
                expression(&argument.value, paths);
            }
        }
        ExpressionKind::Call {
            function,
            arguments,
        } => {
            expression(function, paths);
            for argument in arguments {
                expression(&argument.value, paths);
            }
        }
        ExpressionKind::Member { parent, .. } => expression(parent, paths),
        _ => {}
    }
}
