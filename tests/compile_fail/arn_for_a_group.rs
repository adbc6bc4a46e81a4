//! What AWS decides knows its kind too: an ARN is no id of a group.
use eksnet::graph::{Deferred, GroupId, KmsKey, Ref};

fn main() {
    let key: Ref<KmsKey> = Ref::existing("arn:aws:kms:us-east-1:111122223333:key/1");
    let _: Deferred<GroupId> = key.arn();
}
