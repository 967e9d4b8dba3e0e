//! What the promises need to be checked.
//!
//! The promises themselves are the tests in `promises/`, one a file. What can be
//! wrong with a check is here, with unit tests that show it failing: how a
//! conversation is written down ([`script`]) and held ([`customers`], [`shop`]),
//! how the commands of a page are run ([`commands`]), and the rules of the house
//! ([`house`], [`licences`]).

pub mod absent;
pub mod commands;
pub mod customers;
pub mod house;
pub mod licences;
pub mod script;
pub mod shop;
pub mod workspace;
