@0xa1b2c3d4e5f60201;

const line :Text = `A line, "as it is" \n # to its end
;
const lines :Text =
  `One line.
  `Another one.
  "And a third. "
;
const bytes :Data = `bytes
;
const empty :Text = `
;
