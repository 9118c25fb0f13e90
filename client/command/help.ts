export const exitCodeHelp = `
A job, from the folder to its result:
  mask check shaders/path-tracer                  what is wrong, or what was inferred and what it costs
  mask try shaders/path-tracer                    three units on this machine
  mask run shaders/path-tracer --out bunny.png    all of them on the network

Exit codes: 0 ok, 1 failure, 2 usage, 3 key, 4 job not valid, 5 budget or balance, 6 partial result, 130 interrupted.`

export const checkHelp = `
Nothing is sent and nothing runs. The kernel is compiled where Dawn starts; what the compiler says comes with the line.

  mask check shaders/mandelbrot
  mask check shaders/mandelbrot --json | jq .inferred

Exit codes: 0 the job is good, 4 it is not.`

export const tryHelp = `
Runs as it will for contributors: for each unit its time, its digest and its first numbers; then what granule would make
units of a good size. Pictures are written as <folder>.try.png, what was not run is transparent.

  mask try shaders/path-tracer
  mask try shaders/knn-mnist --units 1
  mask try shaders/mandelbrot --units 8 --out tried      # result.png, unit-0.bin …

Needs a GPU or a Vulkan driver; chromium brings one that computes on the CPU. Another one is named by
VK_ICD_FILENAMES=<its .json>.`

export const fetchHelp = `
Writes result.png, .npy, .csv or .bin, as the job says, and for a table with a plot result.svg; manifest.json tells how
the result came about. Units that a kernel merges at the end (reduce) are merged on this machine.

  mask fetch 0x… --out results
  mask fetch 0x… --out so-far --partial`

export const runHelp = `
  mask run shaders/path-tracer                     # path-tracer.png and path-tracer.manifest.json
  mask run shaders/knn-mnist --out knn/all.csv     # also knn/all.svg, where the job is to be plotted

Ctrl-C leaves the job running; its id is printed to go on with.`

export const marketHelp = `
Prices are in MASK for an hour of a GPU. A bid is what a unit earns one provider (a job's price, divided by its quorum)
and the time a unit takes (mask try tells it).

  mask market
  mask market --price 0.002 --unit-ms 2000
  mask market --json | jq .asksWeiPerHour.median`

export const auditHelp = `
Every entry of the log is checked: signatures, order, draws against the chain's blocks, verdicts, prices, funds and roots.
Not checked: comparisons by tolerance (results are not in the log), prices in job specs, how long pay was pending.

  mask audit                                       is it all in order?
  mask audit --log https://…/log --rpc https://… --key-file auditor.key
  mask audit --serve --port 9100 --key-file auditor.key

Exit codes: 0 in order, 1 not: the first entry that is wrong is named.`

export const controlHelp = `
Signed with the key that the job was submitted with. What is so already stays so: saying it twice changes nothing.

  mask pause 0x…
  mask resume 0x…
  mask cancel 0x… --yes`
