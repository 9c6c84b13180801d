@0xa1b2c3d4e5f60101;
# Every form of literal.

const decimal :Int32 = 123;
const zero :Int32 = 0;
const octal :Int32 = 0777;
const hexadecimal :UInt64 = 0xFfffffffffffffff;
const negative :Int64 = -9223372036854775808;
const negativeHex :Int16 = -0x8000;
const spaced :Int8 = - 5;
const smallest :Int8 = -128;
const largest :UInt8 = 255;

const fraction :Float64 = 1.5;
const noFraction :Float64 = 1.;
const exponent :Float64 = 1e10;
const signedExponent :Float64 = 2.5E-10;
const plusExponent :Float32 = 1e+3;
const wholeFloat :Float32 = 7;
const negativeWhole :Float64 = -7;
const negativeFloat :Float32 = -0.1;
const huge :Float32 = 340282346638528859811704183484516925440.0;
const precise :Float64 = 0.1234567890123456789;
const subnormal :Float64 = 4.9e-324;
const infinite :Float64 = inf;
const negativeInfinite :Float32 = -inf;
const notANumber :Float32 = nan;
const alsoNotANumber :Float64 = nan;
const largeWhole :Float32 = 18446744073709551615;

const empty :Text = "";
const simple :Text = "text";
const escapes :Text = "\a\b\f\n\r\t\v\'\"\\\?";
const numbers :Text = "\x41\x7e\101\0\7";
const joined :Text = "one " "two "
                     "three";
const unicode :Text = "ünïcödé €";
const looksLikeComment :Text = "# no comment { } ;";

const bytes :Data = 0x"00 ff 7F";
const closeBytes :Data = 0x"deadBEEF";
const loneBytes :Data = 0x"  0a
                            0b  ";
const textAsBytes :Data = "bytes\x00\xff";
const noBytes :Data = "";

const nothing :Void = void;
const yes :Bool = true;
const no :Bool = false;
const inParentheses :Int32 = (5);
const inMoreParentheses :Text = (("deep"));
