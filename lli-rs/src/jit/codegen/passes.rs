//! Which of LLVM's passes compiled code goes through: those of -O2 that find something in it. What clang did to the
//! program, or our own passes, is not done again.

/// What is done to a function that is so large that the others would take longer than what they gain: on Lua's
/// interpreter loop they find 3 % more.
pub(super) const LARGE: &str = "function(early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,\
    early-cse<memssa>,adce,simplifycfg)";

/// What is done to a function without loops.
pub(super) const STRAIGHT: &str = "function(early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,gvn,dse,adce,\
    simplifycfg<bonus-inst-threshold=1;forward-switch-cond;switch-to-lookup;no-keep-loops;hoist-common-insts>,\
    instcombine<no-verify-fixpoint>)";

/// What is done to a function with loops.
pub(super) const LOOPS: &str = "function(early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,\
    loop-mssa(loop-rotate,licm,simple-loop-unswitch<no-nontrivial;trivial>),simplifycfg,\
    instcombine<no-verify-fixpoint>,loop(indvars,loop-deletion,loop-unroll-full),gvn,sccp,bdce,\
    instcombine<no-verify-fixpoint>,jump-threading,correlated-propagation,adce,dse,loop-mssa(licm),simplifycfg,\
    instcombine<no-verify-fixpoint>,loop-vectorize,loop-load-elim,instcombine<no-verify-fixpoint>,\
    simplifycfg<bonus-inst-threshold=1;forward-switch-cond;switch-to-lookup;no-keep-loops;hoist-common-insts>,\
    slp-vectorizer,vector-combine,instcombine<no-verify-fixpoint>,loop-unroll<O2>,\
    instcombine<no-verify-fixpoint>,loop-mssa(licm),div-rem-pairs,simplifycfg)";

/// What is done to a function whose values have homes in memory.
pub(super) const HOMES: &str = "function(mem2reg,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,\
    loop-mssa(loop-rotate,licm),simplifycfg,gvn,dse,adce,simplifycfg,instcombine<no-verify-fixpoint>)";

/// What is done to code that is soon replaced.
pub(super) const QUICK: &str = "";
