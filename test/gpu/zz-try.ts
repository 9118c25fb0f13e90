import { prepare } from '#shaders/path-tracer/prepare.ts'
import { buildBvh } from '#shaders/path-tracer/bvh.ts'
import { bunnyTriangles } from '#shaders/path-tracer/mesh.ts'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
const t=performance.now()
const f=(await prepare()).get('bunny.bin')!
console.log(f.length, performance.now()-t, createHash('sha256').update(f).digest('hex'))
writeFileSync('/tmp/bunny.bin',f)
const b=buildBvh(bunnyTriangles())
let depth=0,leaves=0,inner=0
const walk=(n:any,d:number)=>{depth=Math.max(depth,d);if(n.node.kind==='leaf')leaves++;else{inner++;n.node.children.forEach((c:any)=>walk(c,d+1))}}
walk(b.root,0);console.log({depth,leaves,inner}, b.root.box)
