@0xa1b2c3d4e5f60103;
# Lines that end
# in two characters.
struct Windows {
  # A struct.
  a @0 :Int32;
  # A field.

  # Nobody.
}
