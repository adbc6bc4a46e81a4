//! `<stack>.record.json`: what was rendered, by which eksnet, from which model. The same run writes the same record.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::File as OpenFile;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::rendered::Rendered;
use super::specs::{bytes_up_to, reason};
use crate::read::{self, Engine, MOST_BYTES, Part, Reading, Value};
use crate::synthesis::{File, Synthesis};

/// How the names of records end.
pub(super) const ENDING: &str = ".record.json";

/// What a record has, in the order in which it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    /// The version of eksnet that rendered the files.
    pub(super) eksnet: String,
    pub(super) stack: String,
    region: String,
    layout: i64,
    /// SHA-256 of what the model has to say, in both engines' words.
    model: String,
    /// SHA-256 of each file, by its path beside the record.
    files: BTreeMap<String, String>,
}

/// Where a stack's record is, below the directory of all output.
pub(super) fn path(stack: &Synthesis) -> String {
    format!("{}{ENDING}", stack.graph().stack)
}

/// The record of all files of a stack, as one more.
pub(super) fn of(rendered: &Rendered) -> File {
    let graph = rendered.stack.graph();
    let files = rendered.files();
    let record = Record {
        eksnet: env!("CARGO_PKG_VERSION").to_owned(),
        stack: graph.stack.clone(),
        region: graph.region.to_string(),
        layout: i64::from(graph.layout),
        model: model(&rendered.stack),
        files: files
            .map(|file| (file.path.clone(), hash(file.text.as_bytes())))
            .collect(),
    };
    // A struct of texts and numbers is always JSON.
    let mut text = serde_json::to_string_pretty(&record).unwrap_or_default();
    text.push('\n');
    File {
        path: path(&rendered.stack),
        text,
    }
}

impl Record {
    /// Reads a record.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let bytes = open(path)?;
        let record: Self = serde_json::from_slice(&bytes)
            .map_err(|error| format!("is no record of `synth --record`: {error}"))?;
        let outside = |name: &&String| {
            let mut steps = Path::new(name.as_str()).components();
            !steps.all(|step| matches!(step, Component::Normal(_)))
        };
        match record.files.keys().find(outside) {
            Some(name) => Err(format!("names `{name}`, which is not beside it")),
            None => Ok(record),
        }
    }

    /// What is not as it was rendered, each with its path.
    pub(super) fn differences(&self, beside: &Path) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        for (name, recorded) in &self.files {
            let path = beside.join(name);
            match open(&path) {
                Ok(bytes) if hash(&bytes) == *recorded => {}
                Ok(_) => {
                    let what = "is not what eksnet rendered: it was changed by hand, or written again without `--record`";
                    found.push((path, what.to_owned()));
                }
                Err(why) => found.push((path, format!("is in the record, and {why}"))),
            }
        }
        found
    }

    /// Whether a file is one of those that were rendered.
    pub(super) fn has(&self, beside: &Path, path: &Path) -> bool {
        let mut files = self.files.keys();
        files.any(|name| beside.join(name) == path)
    }
}

/// A file's bytes, no more of them than a reader takes.
fn open(path: &Path) -> Result<Vec<u8>, String> {
    let file = OpenFile::open(path).and_then(|file| bytes_up_to(MOST_BYTES, file));
    file.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "is missing".to_owned(),
        _ => format!("cannot be read: {}", reason(&error)),
    })
}

fn hash(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing into text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// What a model has to say, whatever formats are asked for.
fn model(stack: &Synthesis) -> String {
    let engines = [Engine::CloudFormation, Engine::Terraform];
    let said = engines.map(|engine| said(&read::model(stack.graph(), engine)));
    hash(json!(said).to_string().as_bytes())
}

fn said(reading: &Reading) -> Json {
    let resources = reading.resources.iter().map(|(key, item)| {
        let after: Vec<String> = item.after.iter().map(ToString::to_string).collect();
        let fields = map(&item.fields);
        json!([
            key.kind,
            &*key.name,
            fields,
            after,
            item.retain,
            item.ignored
        ])
    });
    let outputs = reading.outputs.iter().map(|(name, output)| {
        json!([
            name,
            output.description,
            value(&output.value),
            output.export
        ])
    });
    json!({
        "engine": reading.engine.as_str(),
        "facts": map(&reading.facts),
        "resources": resources.collect::<Vec<_>>(),
        "outputs": outputs.collect::<Vec<_>>(),
    })
}

fn map(values: &BTreeMap<String, Value>) -> Json {
    let members = values.iter().map(|(name, v)| (name.clone(), value(v)));
    Json::Object(members.collect())
}

fn value(of: &Value) -> Json {
    match of {
        Value::Bool(value) => json!(value),
        Value::Number(value) => json!(value),
        Value::Text(parts) => {
            let parts = parts.parts().iter().map(|part| match part {
                Part::Literal(text) => json!(text),
                Part::Attribute(key, attr) => json!([key.kind, &*key.name, format!("{attr:?}")]),
                Part::Ipv6Range(key, index) => json!([key.kind, &*key.name, index]),
                Part::Account => json!([]),
            });
            json!({ "text": parts.collect::<Vec<_>>() })
        }
        Value::List(values) => Json::Array(values.iter().map(value).collect()),
        Value::Map(values) => json!({ "map": map(values) }),
        Value::Unknown(why) => json!({ "unknown": why }),
    }
}
