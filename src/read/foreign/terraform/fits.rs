//! Which arguments take what AWS makes up, so that one reference can only be the whole of it.

/// Whether an argument takes an attribute as it is: an id where ids go, an ARN where ARNs go. Nobody computes with these.
pub(super) fn fits(argument: &str, attribute: &str) -> bool {
    let attribute = attribute.rsplit('.').next().unwrap_or(attribute);
    match (form(argument), form(attribute)) {
        (Some(takes), Some(is)) => takes == is,
        (Some(Form::Id), None) => argument_is_name(argument) && attribute == "name",
        (None, _) | (Some(Form::Arn), None) => false,
    }
}

#[derive(PartialEq, Eq)]
enum Form {
    Id,
    Arn,
}

fn form(name: &str) -> Option<Form> {
    let one = name.strip_suffix('s').unwrap_or(name);
    if one == "arn" || one.ends_with("_arn") || name == "log_destination" {
        Some(Form::Arn)
    } else if one == "id" || one.ends_with("_id") || BY_ID.contains(&name) || argument_is_name(name)
    {
        Some(Form::Id)
    } else {
        None
    }
}

/// Arguments that take ids and do not say so.
const BY_ID: [&str; 5] = ["bucket", "gateway", "group", "security_groups", "subnets"];

/// Arguments that take names, which are ids for Terraform.
fn argument_is_name(name: &str) -> bool {
    matches!(
        name,
        "cluster_name" | "role" | "log_group_name" | "node_role"
    )
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn ids_go_where_ids_are_due() {
        for (argument, attribute) in [
            ("vpc_id", "id"),
            ("subnet_ids", "id"),
            ("allocation_id", "allocation_id"),
            (
                "security_group_id",
                "vpc_config[0].cluster_security_group_id",
            ),
            ("iam_role_arn", "arn"),
            ("log_destination", "arn"),
            ("bucket", "id"),
            ("role", "name"),
            ("cluster_name", "id"),
        ] {
            assert!(fits(argument, attribute), "{argument} {attribute}");
        }
        for (argument, attribute) in [
            ("cidr_ipv4", "public_ip"),
            ("vpc_id", "arn"),
            ("vpc_id", "name"),
            ("role_arn", "id"),
            ("name", "id"),
            ("user_data", "id"),
        ] {
            assert!(!fits(argument, attribute), "{argument} {attribute}");
        }
    }
}
