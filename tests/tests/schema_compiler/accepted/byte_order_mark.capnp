@0xa1b2c3d4e5f60104;
struct Marked {
﻿  a @0 :Int32;
}
# no line break at the end