//! What a plan or a state has: its resources, with the configuration of each, and its modules.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::addresses::module_name;
use super::values::Given;
use crate::read::json::Json;

/// A resource or a data source, one for each that `count` and `for_each` make.
pub(super) struct Instance<'j> {
    pub(super) address: &'j str,
    /// The address of its module; nothing for the root module.
    pub(super) module: &'j str,
    pub(super) kind: &'j str,
    pub(super) is_data: bool,
    /// What stands behind the address of its resource: nothing, or a key in brackets.
    pub(super) key: &'j str,
    values: Option<&'j Json<'j>>,
    sensitive: Option<&'j Json<'j>>,
    /// What a plan says of the change.
    change: Option<&'j Json<'j>>,
    /// What a state says that it depends on.
    pub(super) depends_on: &'j [Json<'j>],
    /// Its resource in the configuration; none in a state.
    pub(super) config: Option<&'j Json<'j>>,
}

impl<'j> Instance<'j> {
    /// Its attributes.
    pub(super) fn given(&self) -> Given<'j> {
        match self.change {
            Some(change) => Given {
                known: change.get("after"),
                unknown: change.get("after_unknown"),
                secret: change.get("after_sensitive"),
            },
            None => Given {
                known: self.values,
                unknown: None,
                secret: self.sensitive,
            },
        }
    }

    /// What is known at a path: `id`, `vpc_config[0].cluster_security_group_id`.
    pub(super) fn leaf(&self, path: &str) -> Option<&'j Json<'j>> {
        let mut json = self.given().known?;
        for step in path.split('.') {
            let (name, index) = match step.split_once('[') {
                Some((name, index)) => (name, Some(index.strip_suffix(']')?)),
                None => (step, None),
            };
            json = json.get(name)?;
            if let Some(index) = index {
                json = json.list()?.get(index.parse::<usize>().ok()?)?;
            }
        }
        Some(json)
    }
}

/// A module, one for each that `count` and `for_each` make.
struct Module<'j> {
    parent: &'j str,
    /// How its parent calls it, in the configuration.
    call: Option<&'j Json<'j>>,
    /// What it is, in the configuration.
    config: Option<&'j Json<'j>>,
}

/// The resources of a module's configuration by their addresses.
type Configs<'j> = Rc<BTreeMap<&'j str, &'j Json<'j>>>;

/// A plan or a state.
pub(super) struct Document<'j> {
    pub(super) instances: Vec<Instance<'j>>,
    by_address: BTreeMap<&'j str, usize>,
    /// The instances of a resource, by their module and its name there.
    of: BTreeMap<(&'j str, &'j str), Vec<usize>>,
    modules: BTreeMap<&'j str, Module<'j>>,
    /// The modules that a module calls by a name.
    calls: BTreeMap<(&'j str, &'j str), Vec<&'j str>>,
    changes: BTreeMap<&'j str, &'j Json<'j>>,
    /// The resources of the configuration's modules, by the modules' addresses without keys.
    configs: BTreeMap<String, Configs<'j>>,
    pub(super) outputs: Option<&'j Json<'j>>,
    output_changes: BTreeMap<&'j str, &'j Json<'j>>,
    pub(super) variables: Option<&'j Json<'j>>,
    /// What it has besides, and is not read.
    pub(super) passed_over: BTreeSet<String>,
}

impl<'j> Document<'j> {
    /// Takes a document apart, or says what it is instead.
    pub(super) fn read(json: &'j Json<'j>) -> Result<Self, String> {
        let values = shown(json)?;
        let changes = json.get("resource_changes").and_then(Json::list);
        let changes = changes.unwrap_or_default().iter().filter_map(|one| {
            let kept = one.get("deposed").is_none();
            let address = one.get("address").and_then(Json::text).filter(|_| kept)?;
            Some((address, one.get("change")?))
        });
        let mut document = Self {
            instances: Vec::new(),
            by_address: BTreeMap::new(),
            of: BTreeMap::new(),
            modules: BTreeMap::new(),
            calls: BTreeMap::new(),
            changes: changes.collect(),
            configs: BTreeMap::new(),
            outputs: values.and_then(|values| values.get("outputs")),
            output_changes: by_name(json.get("output_changes")),
            variables: json.get("variables"),
            passed_over: BTreeSet::new(),
        };
        document.put_off(json);
        let config = json.get("configuration");
        let config = config.and_then(|config| config.get("root_module"));
        let root = Module {
            parent: "",
            call: None,
            config,
        };
        document.modules.insert("", root);
        if let Some(root) = values.and_then(|values| values.get("root_module")) {
            document.module(root, "")?;
        }
        // Those that are read while the plan is made are only here.
        if config.is_some()
            && let Some(prior) = json
                .get("prior_state")
                .and_then(|prior| prior.get("values"))
            && let Some(root) = prior.get("root_module")
        {
            document.data(root);
        }
        Ok(document)
    }

    /// What a plan leaves to a further one.
    fn put_off(&mut self, json: &Json) {
        let deferred = list(json, "deferred_changes").iter();
        let deferred =
            deferred.filter_map(|one| one.get("resource_change")?.get("address")?.text());
        let passed = deferred.map(|address| format!("{address} (deferred)"));
        self.passed_over.extend(passed);
        if json.get("complete") == Some(&Json::Bool(false)) {
            let what = "what a further plan says, since this one is not complete";
            self.passed_over.insert(what.to_owned());
        }
    }

    fn module(&mut self, module: &'j Json<'j>, address: &'j str) -> Result<(), String> {
        let config = self.configuration(address);
        let configs = self.configs(address);
        for resource in list(module, "resources") {
            let instance = self.instance(resource, address, &configs)?;
            self.insert(instance, resource)?;
        }
        for child in list(module, "child_modules") {
            let text = child.get("address").and_then(Json::text);
            let named = text.and_then(|text| Some((text, module_name(text, address)?)));
            let Some((child_address, name)) = named else {
                return Err(format!("a module below `{address}` has no address"));
            };
            let calls = config.and_then(|config| config.get("module_calls"));
            let call = calls.and_then(|calls| calls.get(name));
            let known = Module {
                parent: address,
                call,
                config: call.and_then(|call| call.get("module")),
            };
            if self.modules.insert(child_address, known).is_some() {
                return Err(format!("the module `{child_address}` is there twice"));
            }
            let calls = self.calls.entry((address, name)).or_default();
            calls.push(child_address);
            self.module(child, child_address)?;
        }
        Ok(())
    }

    /// The data sources of a module and of those below it, which are not among the resources yet.
    fn data(&mut self, module: &'j Json<'j>) {
        let address = module
            .get("address")
            .and_then(Json::text)
            .unwrap_or_default();
        let configs = self.configs(address);
        for resource in list(module, "resources") {
            let is_data = resource.get("mode").and_then(Json::text) == Some("data");
            if is_data && let Ok(instance) = self.instance(resource, address, &configs) {
                // One that is read again was there before.
                let _ = self.insert(instance, resource);
            }
        }
        for child in list(module, "child_modules") {
            self.data(child);
        }
    }

    fn configs(&mut self, module: &str) -> Configs<'j> {
        let config = self.configuration(module);
        let known = self.configs.entry(stripped(module)).or_insert_with(|| {
            let resources = config.map_or(&[][..], |config| list(config, "resources"));
            let named = resources
                .iter()
                .filter_map(|one| Some((one.get("address")?.text()?, one)));
            Rc::new(named.collect())
        });
        Rc::clone(known)
    }

    fn instance(
        &self,
        resource: &'j Json<'j>,
        module: &'j str,
        configs: &BTreeMap<&str, &'j Json<'j>>,
    ) -> Result<Instance<'j>, String> {
        let text = |name: &str| resource.get(name).and_then(Json::text);
        let (Some(address), Some(kind), Some(_)) = (text("address"), text("type"), text("name"))
        else {
            let place = if module.is_empty() {
                "the root module"
            } else {
                module
            };
            return Err(format!(
                "a resource of {place} has no address, type or name"
            ));
        };
        let own = own_address(address, module);
        let end = own.find('[').unwrap_or(own.len());
        let (own, key) = own.split_at(end);
        Ok(Instance {
            address,
            module,
            kind,
            is_data: text("mode") == Some("data"),
            key,
            values: resource.get("values"),
            sensitive: resource.get("sensitive_values"),
            change: self.changes.get(address).copied(),
            depends_on: list(resource, "depends_on"),
            config: configs.get(own).copied(),
        })
    }

    fn insert(&mut self, instance: Instance<'j>, resource: &Json) -> Result<(), String> {
        if let Some(deposed) = resource.get("deposed_key").and_then(Json::text) {
            let what = format!("{} (deposed {deposed})", instance.address);
            self.passed_over.insert(what);
            return Ok(());
        }
        let own = own_address(instance.address, instance.module);
        let own = own.split('[').next().unwrap_or(own);
        let index = self.instances.len();
        let others = self.of.entry((instance.module, own)).or_default();
        if others
            .iter()
            .any(|i| self.instances[*i].key == instance.key)
        {
            return Err(format!("`{}` is there twice", instance.address));
        }
        others.push(index);
        self.by_address.insert(instance.address, index);
        self.instances.push(instance);
        Ok(())
    }

    pub(super) fn instance_at(&self, address: &str) -> Option<&Instance<'j>> {
        Some(&self.instances[*self.by_address.get(address)?])
    }

    /// A module in the configuration.
    pub(super) fn configuration(&self, module: &str) -> Option<&'j Json<'j>> {
        self.modules.get(module)?.config
    }

    /// The module that calls a module, and how.
    pub(super) fn call(&self, module: &str) -> Option<(&'j str, &'j Json<'j>)> {
        let module = self.modules.get(module)?;
        Some((module.parent, module.call?))
    }

    /// The instances of a resource in a module.
    pub(super) fn instances_of(&self, module: &'j str, resource: &'j str) -> &[usize] {
        self.of.get(&(module, resource)).map_or(&[], Vec::as_slice)
    }

    /// The modules that a module calls by a name.
    pub(super) fn called(&self, module: &'j str, name: &'j str) -> &[&'j str] {
        self.calls.get(&(module, name)).map_or(&[], Vec::as_slice)
    }

    /// All instances of resources below an address as states name what is depended on: without keys.
    pub(super) fn without_keys(&self) -> BTreeMap<String, Vec<usize>> {
        let mut all: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, instance) in self.instances.iter().enumerate() {
            all.entry(stripped(instance.address))
                .or_default()
                .push(index);
        }
        all
    }

    pub(super) fn output(&self, name: &str, shown: &'j Json<'j>) -> Given<'j> {
        let secret = shown.get("sensitive");
        match self.output_changes.get(name) {
            Some(change) => Given {
                known: change.get("after"),
                unknown: change.get("after_unknown"),
                secret,
            },
            None => Given {
                known: shown.get("value"),
                unknown: None,
                secret,
            },
        }
    }
}

/// The values that a plan or a state shows, if there are any.
fn shown<'j>(json: &'j Json<'j>) -> Result<Option<&'j Json<'j>>, String> {
    let version = json.get("format_version").and_then(Json::text);
    let Some(version) = version else {
        let own = json.get("serial").is_some() && json.get("lineage").is_some();
        return Err(if own {
            "this is the file in which Terraform keeps a state, and not what it shows of it"
                .to_owned()
        } else {
            "this is neither a plan nor a state: it has no `format_version`".to_owned()
        });
    };
    if version.split('.').next() != Some("1") {
        return Err(format!(
            "the version {version} of the format is not known; 1 is"
        ));
    }
    if json.get("errored") == Some(&Json::Bool(true)) {
        return Err("the plan failed, and does not say all".to_owned());
    }
    Ok(json.get("planned_values").or_else(|| json.get("values")))
}

fn list<'j>(json: &'j Json<'j>, name: &str) -> &'j [Json<'j>] {
    json.get(name).and_then(Json::list).unwrap_or_default()
}

/// The members of an object.
pub(super) fn by_name<'j>(json: Option<&'j Json<'j>>) -> BTreeMap<&'j str, &'j Json<'j>> {
    let members = json.and_then(Json::object).unwrap_or_default();
    members
        .iter()
        .map(|(name, value)| (name.as_ref(), value))
        .collect()
}

/// The address of a resource in its module.
fn own_address<'a>(address: &'a str, module: &str) -> &'a str {
    let below = address.strip_prefix(module);
    let below = below.and_then(|below| below.strip_prefix('.'));
    below.unwrap_or(address)
}

/// An address without its keys.
fn stripped(address: &str) -> String {
    let (mut bare, mut quoted, mut escaped, mut within) = (String::new(), false, false, false);
    for letter in address.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if within => quoted = !quoted,
            '[' if !quoted => within = true,
            ']' if !quoted => within = false,
            _ if within => {}
            letter => bare.push(letter),
        }
    }
    bare
}
