//! `shots`: the pictures in the documents, taken of the real window.

use crate::commands::check::prepare;
use crate::commands::test::on_own_display;
use crate::failure::Failure;
use crate::phases::Phases;
use crate::{project, setup, shell};

/// Has the window's tests take their screenshots into `docs/pictures`.
pub fn shots() -> Result<(), Failure> {
    let mut phases = Phases::default();
    prepare(&mut phases, &[setup::WINDOW, setup::TEST])?;
    let folder = project::root().join("docs").join("pictures");
    std::fs::create_dir_all(&folder).map_err(Failure::file(&folder))?;
    phases.run("screenshots", || {
        let words = [
            "test",
            "--package",
            "touchstone",
            "--test",
            "window",
            "shots",
        ];
        shell::run(on_own_display(&words).env("TOUCHSTONE_SHOTS", &folder))
    })
}
