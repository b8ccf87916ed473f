package automaton

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// A Search is a regular expression that is only asked whether a text holds a
// match of it. It is read only; Searchers of it do the work.
type Search struct {
	prog    *syntax.Prog
	bounds  []rune       // where classes of characters change, ascending, from 0
	classOf []uint8      // by index into bounds
	ascii   [128]uint8   // class of each ASCII character
	samples []rune       // a character of each class; the last is -1, the end of the text
	takes   [][]bool     // by class and instruction: the instruction takes the class
	empty   bool         // there are conditions on what stands before or after a place
	begins  [4]rune      // a character for each kind of character before a place
	kinds   []beforeKind // by class
}

// A beforeKind is what conditions can know of the character before a place.
type beforeKind uint8

const (
	beforeNone beforeKind = iota // the beginning of the text
	beforeOther
	beforeLine // a line end
	beforeWord // a letter, digit or underscore of ASCII
)

// maxProgram is how many instructions a Search may have.
const maxProgram = 5000

// NewSearch returns the Search of an expression in the syntax of package
// regexp. ok is false for one that is not worth it or not valid.
func NewSearch(expr string) (s *Search, ok bool) {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, false
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil || len(prog.Inst) > maxProgram {
		return nil, false
	}
	s = &Search{prog: prog, begins: [4]rune{beforeNone: -1, beforeOther: ' ', beforeLine: '\n', beforeWord: 'a'}}
	for i := range prog.Inst {
		s.empty = s.empty || prog.Inst[i].Op == syntax.InstEmptyWidth
	}
	return s, s.classes()
}

// classes parts all characters into classes that no instruction and no
// condition tells apart.
func (s *Search) classes() bool {
	s.bounds = []rune{0, '\n', '\n' + 1, '0', '9' + 1, 'A', 'Z' + 1, '_', '_' + 1, 'a', 'z' + 1}
	for i := range s.prog.Inst {
		in := &s.prog.Inst[i]
		if in.Op != syntax.InstRune && in.Op != syntax.InstRune1 {
			continue
		}
		if len(in.Rune) == 1 {
			r := in.Rune[0]
			s.bounds = append(s.bounds, r, r+1)
			for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
				s.bounds = append(s.bounds, o, o+1)
			}
			continue
		}
		for j := 0; j+1 < len(in.Rune); j += 2 {
			s.bounds = append(s.bounds, in.Rune[j], in.Rune[j+1]+1)
		}
	}
	slices.Sort(s.bounds)
	s.bounds = slices.Compact(s.bounds)
	if len(s.bounds)*len(s.prog.Inst) > 1<<22 {
		return false
	}
	byLook := map[string]uint8{}
	for _, r := range s.bounds {
		takes, look := s.look(r)
		c, ok := byLook[look]
		if !ok {
			if len(byLook) == 254 {
				return false
			}
			c = uint8(len(byLook))
			byLook[look] = c
			s.samples = append(s.samples, r)
			s.takes = append(s.takes, takes)
			s.kinds = append(s.kinds, before(r))
		}
		s.classOf = append(s.classOf, c)
	}
	s.samples = append(s.samples, -1)
	for c := range s.ascii {
		s.ascii[c] = s.class(rune(c))
	}
	return true
}

// look returns which instructions take a character, and the same as a key.
func (s *Search) look(r rune) (takes []bool, key string) {
	takes = make([]bool, len(s.prog.Inst))
	k := make([]byte, 1, len(takes)+1)
	k[0] = byte(before(r))
	for i := range s.prog.Inst {
		switch in := &s.prog.Inst[i]; in.Op {
		case syntax.InstRune, syntax.InstRune1:
			takes[i] = in.MatchRune(r)
		case syntax.InstRuneAny:
			takes[i] = true
		case syntax.InstRuneAnyNotNL:
			takes[i] = r != '\n'
		}
		if takes[i] {
			k = append(k, 1)
		} else {
			k = append(k, 0)
		}
	}
	return takes, string(k)
}

func before(r rune) beforeKind {
	switch {
	case r == '\n':
		return beforeLine
	case syntax.IsWordChar(r):
		return beforeWord
	}
	return beforeOther
}

// class returns the class of a character.
func (s *Search) class(r rune) uint8 {
	i, found := slices.BinarySearch(s.bounds, r)
	if !found {
		i--
	}
	return s.classOf[i]
}

// A Searcher is a deterministic automaton of a Search that is built while it
// is used, as far as the texts need it. It belongs to one goroutine.
type Searcher struct {
	search *Search
	width  int
	next   []int32 // rows of states by class: 0 not known yet, -1 a match, else 1 + the state
	sets   [][]uint32
	kinds  []beforeKind
	ids    map[string]int32
	size   int // numbers in sets
	full   int // how often there was no room

	list  []uint32 // the set that is being made
	mark  []uint32 // by instruction: turn in which it was reached
	turn  uint32
	stack []uint32
	key   []byte
}

// A Searcher's memory is bounded by these; an expression that needs more is
// not for it.
const (
	maxTable = 64 << 10 // numbers in next
	maxSets  = 600_000  // numbers in sets
	maxFull  = 20       // times that it begins anew before it gives up for good
)

// New returns a Searcher.
func (s *Search) New() *Searcher {
	return &Searcher{search: s, width: len(s.samples), ids: map[string]int32{}, mark: make([]uint32, len(s.prog.Inst))}
}

// Match reports whether text holds a match. It gives up when the expression
// needs too many states for the text: then ok is false.
func (r *Searcher) Match(text string) (match, ok bool) {
	if r.full > maxFull {
		return false, false
	}
	if r.next == nil {
		r.list = append(r.list[:0], uint32(r.search.prog.Start))
		r.state(beforeNone)
	}
	s, st, w := r.search, 0, r.width
	for i := 0; ; {
		class := w - 1
		n := 0
		if i < len(text) {
			if c := text[i]; c < utf8.RuneSelf {
				class, n = int(s.ascii[c]), 1
			} else {
				var ch rune
				ch, n = utf8.DecodeRuneInString(text[i:])
				class = int(s.class(ch))
			}
		}
		to := r.next[st*w+class]
		if to == 0 {
			if to = r.step(st, class); to == 0 {
				r.clear()
				return false, false
			}
		}
		if to < 0 {
			return true, true
		}
		if n == 0 {
			return false, true
		}
		st = int(to - 1)
		i += n
	}
}

// clear forgets all states, so that other texts find room.
func (r *Searcher) clear() {
	r.full++
	r.next, r.sets, r.kinds, r.size = nil, nil, nil, 0
	clear(r.ids)
}

// step computes where a state goes on a class of characters.
func (r *Searcher) step(st, class int) int32 {
	s := r.search
	flags := syntax.EmptyOpContext(s.begins[r.kinds[st]], s.samples[class])
	r.turn++
	r.list = r.list[:0]
	match := false
	for _, pc := range r.sets[st] {
		match = r.reach(pc, flags) || match
	}
	to := int32(-1)
	if !match {
		from := r.list
		r.turn++
		r.list = r.list[len(r.list):]
		if class < r.width-1 {
			for _, pc := range from {
				if s.takes[class][pc] {
					r.put(s.prog.Inst[pc].Out)
				}
			}
		}
		r.put(uint32(s.prog.Start))
		kind := beforeOther
		if s.empty && class < r.width-1 {
			kind = s.kinds[class]
		}
		if to = r.state(kind); to == 0 {
			return 0
		}
	}
	r.next[st*r.width+class] = to
	return to
}

// put adds an instruction to the set that is being made.
func (r *Searcher) put(pc uint32) {
	if r.mark[pc] != r.turn {
		r.mark[pc] = r.turn
		r.list = append(r.list, pc)
	}
}

// reach adds to the list the instructions that take a character and can be
// reached from pc without one, and reports whether the end of the expression can.
func (r *Searcher) reach(pc uint32, flags syntax.EmptyOp) (match bool) {
	r.stack = append(r.stack[:0], pc)
	for len(r.stack) > 0 {
		pc := r.stack[len(r.stack)-1]
		r.stack = r.stack[:len(r.stack)-1]
		if r.mark[pc] == r.turn {
			continue
		}
		r.mark[pc] = r.turn
		switch in := &r.search.prog.Inst[pc]; in.Op {
		case syntax.InstMatch:
			match = true
		case syntax.InstAlt, syntax.InstAltMatch:
			r.stack = append(r.stack, in.Out, in.Arg)
		case syntax.InstCapture, syntax.InstNop:
			r.stack = append(r.stack, in.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(in.Arg)&^flags == 0 {
				r.stack = append(r.stack, in.Out)
			}
		case syntax.InstFail:
		default:
			r.list = append(r.list, pc)
		}
	}
	return match
}

// state returns 1 + the state of the set in list behind a character of a
// kind, making it when there is none yet; 0 when there is no room.
func (r *Searcher) state(kind beforeKind) int32 {
	slices.Sort(r.list)
	r.key = append(r.key[:0], byte(kind))
	for _, pc := range r.list {
		r.key = binary.AppendUvarint(r.key, uint64(pc))
	}
	if id, ok := r.ids[string(r.key)]; ok {
		return id
	}
	if len(r.next)+r.width > maxTable || r.size+len(r.list) > maxSets {
		return 0
	}
	r.next = append(r.next, make([]int32, r.width)...)
	r.sets = append(r.sets, slices.Clone(r.list))
	r.kinds = append(r.kinds, kind)
	r.size += len(r.list)
	id := int32(len(r.sets))
	r.ids[string(r.key)] = id
	return id
}
