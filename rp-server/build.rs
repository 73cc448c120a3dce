//! Rebuilds when the relying party's pages were built, for the first time or anew.

fn main() {
    println!("cargo::rerun-if-changed=../ui/dist/rp/index.html");
}
