//! Annotations where they are used.

use super::Compiler;
use super::diagnostic::Diagnostic;
use super::node::{Annotation, Body, Value};
use super::nodes::{Parts, settled};
use super::resolve::Context;
use super::scope::Resolved;
use super::syntax::{Application, DeclarationKind, Target};
use super::types::Type;

impl Compiler<'_> {
    pub(super) fn compile_annotations(
        &mut self,
        applications: &[Application],
        target: Target,
        context: &Context,
        parts: &mut Parts,
    ) -> Vec<Annotation> {
        // What an annotation means does not depend on the parameters of a method.
        let context = Context {
            implicit: None,
            ..context.clone()
        };
        let applications = applications.iter();
        applications
            .filter_map(|application| self.annotation(application, target, &context, parts))
            .collect()
    }

    fn annotation(
        &mut self,
        application: &Application,
        target: Target,
        context: &Context,
        parts: &mut Parts,
    ) -> Option<Annotation> {
        let name = &application.name;
        let at = self.at(context.decl, name.span);
        let resolved = self.resolve(name, context)?;
        let Resolved::Declared { decl, scope } = &resolved else {
            self.not_an_annotation(&name.text(), context, application);
            return None;
        };
        if !matches!(
            self.decl(*decl).syntax.kind,
            DeclarationKind::Annotation { .. }
        ) {
            self.not_an_annotation(&name.text(), context, application);
            return None;
        }
        let named = self.named(*decl, scope, at);
        let node = self.compile(*decl)?;
        let Body::Annotation { ty, targets } = &node.body else {
            return None;
        };
        if !targets.contains(target) {
            let message = format!("`{}` cannot be put on a {}", name.text(), target.name());
            let declared = self.at(*decl, self.decl(*decl).syntax.name.span);
            self.report(
                Diagnostic::new(at, message)
                    .related(declared, "it says here what it can be put on"),
            );
        }
        let value = match &application.value {
            Some(value) => self.start_value(value, &ty.bind(&named.brand), context, parts),
            None => {
                if *ty != Type::Void {
                    let message = format!("`{}` needs a value", name.text());
                    let help = format!("write `${}(…)`", name.text());
                    self.report(Diagnostic::new(at, message).help(help));
                }
                settled(Value::default_of(ty))
            }
        };
        Some(Annotation {
            id: named.id,
            brand: named.brand,
            value,
        })
    }

    fn not_an_annotation(&mut self, name: &str, context: &Context, application: &Application) {
        let at = self.at(context.decl, application.name.span);
        let message = format!("`{name}` is not an annotation");
        let problem = Diagnostic::new(at, message);
        self.report(problem.help("only what is declared with `annotation` can stand after `$`"));
    }
}
