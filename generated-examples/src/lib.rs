//! Checked-in output of `ipc-gen`.
