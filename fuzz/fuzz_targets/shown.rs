//! Any bytes as what `terraform show -json` prints of a plan or a state: read without a panic, and by the tables.
#![no_main]

use eksnet::diagnostic::Sources;
use eksnet::read::{self, foreign};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(template) = foreign::terraform("fuzz", text, &mut Sources::new()) {
        let reading = template.reading();
        assert!(reading.resources.len() <= template.resources.len());
        for resource in template.resources.values() {
            for value in resource.properties.values() {
                template.told(value);
            }
        }
        assert!(template.to_string().len() < 1 << 30);
        read::compare(&reading, &reading);
    }
});
