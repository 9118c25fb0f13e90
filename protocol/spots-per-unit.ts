/** A unit falls into so many spots: equal shares of its workgroups, each of which can be run alone as a check. */
export const spotsPerUnit = 64
