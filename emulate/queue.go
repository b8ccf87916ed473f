package emulate

// A queue yields what lies in it in the order of time, and what has the same
// time in the order of arrival.
type queue[T any] struct {
	items []item[T]
	count uint64
}

type item[T any] struct {
	at    moment
	order uint64
	value T
}

func (a *item[T]) before(b *item[T]) bool {
	return a.at < b.at || a.at == b.at && a.order < b.order
}

func (q *queue[T]) push(at moment, v T) {
	q.count++
	q.items = append(q.items, item[T]{at, q.count, v})
	i := len(q.items) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !q.items[i].before(&q.items[up]) {
			return
		}
		q.items[i], q.items[up] = q.items[up], q.items[i]
		i = up
	}
}

// next is the time of the first item; ok is false when there is none.
func (q *queue[T]) next() (at moment, ok bool) {
	if len(q.items) == 0 {
		return 0, false
	}
	return q.items[0].at, true
}

func (q *queue[T]) pop() T {
	v := q.items[0].value
	last := len(q.items) - 1
	q.items[0] = q.items[last]
	q.items[last] = item[T]{}
	q.items = q.items[:last]
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < last; c++ {
			if q.items[c].before(&q.items[least]) {
				least = c
			}
		}
		if least == i {
			return v
		}
		q.items[i], q.items[least] = q.items[least], q.items[i]
		i = least
	}
}
