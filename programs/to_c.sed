# Makes a C string of the catalogue of programs.
s/["\\]/\\&/g
s/.*/"&\\n"/
1i\
extern const char default_programs[];\
const char default_programs[] =
$a\
;
