struct Heap { length: u32, items: array<u32, 32> }
@group(0) @binding(0) var<storage, read_write> heaps: array<Heap>;
fn sift(heap: ptr<function, Heap>, start: u32) {
  var i = start;
  loop {
    var child = 2u * i + 1u;
    if (child >= (*heap).length) { break; }
    if (child + 1u < (*heap).length && (*heap).items[child + 1u] > (*heap).items[child]) { child++; }
    if ((*heap).items[i] >= (*heap).items[child]) { break; }
    let item = (*heap).items[i];
    (*heap).items[i] = (*heap).items[child];
    (*heap).items[child] = item;
    i = child;
  }
}
@compute @workgroup_size(8)
fn build(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&heaps)) { return; }
  var heap = heaps[id.x];
  heap.length = min(heap.length, 32u);
  for (var i = heap.length / 2u; i > 0u; i--) { sift(&heap, i - 1u); }
  heaps[id.x] = heap;
}
