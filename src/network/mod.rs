//! What a network is made of: regions and their zones, Kubernetes versions, endpoint services.

pub mod region;
pub mod service;
pub mod version;
