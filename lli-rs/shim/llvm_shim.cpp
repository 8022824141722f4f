// What LLVM's C API cannot read: single bodies of a lazily opened module, wide constants, and debug info.
//
// Rust side and contracts: src/load/raw/ffi.rs. Debug info of a body is copied into flat rows and then
// taken off the instructions, so that verifying one body does not walk the module's whole type graph.
// Debug info has not been verified when it is read here: every cast of a metadata operand is checked.

#include <llvm-c/Core.h>
#include <llvm/ADT/DenseMap.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/DebugProgramInstruction.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/InstrTypes.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/Error.h>
#include <llvm/Support/raw_ostream.h>

#include <string>
#include <vector>

using namespace llvm;

namespace {

const uint32_t NONE = UINT32_MAX;
const unsigned MAX_CHAIN = 256;

struct SvmStr {
  const char *data;
  size_t len;
};

struct SvmLoc {
  SvmStr directory, file, scope;
  uint32_t line, col, inlined_at;
};

struct SvmVar {
  LLVMValueRef value;
  SvmStr name;
};

// The first six fields are what Rust sees.
struct SvmBody {
  const SvmLoc *locs;
  size_t loc_count;
  const uint32_t *inst_locs;
  size_t inst_count;
  const SvmVar *vars;
  size_t var_count;

  std::vector<SvmLoc> loc_rows;
  std::vector<uint32_t> inst_rows;
  std::vector<SvmVar> var_rows;
};

char *message(const std::string &text) { return LLVMCreateMessage(text.c_str()); }

char *message(Error error) { return message(toString(std::move(error))); }

SvmStr text(const MDNode *node, unsigned operand) {
  if (!node || operand >= node->getNumOperands())
    return {nullptr, 0};
  auto *s = dyn_cast_or_null<MDString>(node->getOperand(operand).get());
  return s ? SvmStr{s->getString().data(), s->getString().size()} : SvmStr{nullptr, 0};
}

MDNode *operand(const MDNode *node, unsigned index) {
  if (!node || index >= node->getNumOperands())
    return nullptr;
  return dyn_cast_or_null<MDNode>(node->getOperand(index).get());
}

// DIFile is {name, directory}.
void set_file(SvmLoc &loc, const MDNode *file) {
  if (file && isa<DIFile>(file)) {
    loc.file = text(file, 0);
    loc.directory = text(file, 1);
  }
}

// Scopes are {file, scope, ...}, a subprogram {file, scope, name, ...}.
void set_scope(SvmLoc &loc, const MDNode *scope) {
  for (unsigned i = 0; scope && i < MAX_CHAIN; i++) {
    if (!loc.file.data)
      set_file(loc, operand(scope, 0));
    if (isa<DISubprogram>(scope)) {
      loc.scope = text(scope, 2);
      return;
    }
    scope = operand(scope, 1);
  }
}

bool set_subprogram(SvmLoc &loc, const Function &f) {
  loc = SvmLoc{};
  loc.inlined_at = NONE;
  auto *sp = dyn_cast_or_null<DISubprogram>(f.getMetadata(LLVMContext::MD_dbg));
  if (!sp)
    return false;
  set_scope(loc, sp);
  loc.line = sp->getLine();
  return true;
}

using LocMap = DenseMap<const MDNode *, uint32_t>;

uint32_t loc_row(SvmBody &body, LocMap &seen, const MDNode *node, unsigned depth) {
  auto *di = dyn_cast_or_null<DILocation>(node);
  if (!di || depth > MAX_CHAIN)
    return NONE;
  auto found = seen.find(di);
  if (found != seen.end())
    return found->second;
  seen[di] = NONE; // a location that is its own call site has none
  SvmLoc loc{};
  loc.line = di->getLine();
  loc.col = di->getColumn();
  set_scope(loc, operand(di, 0));
  loc.inlined_at = loc_row(body, seen, operand(di, 1), depth + 1);
  body.loc_rows.push_back(loc);
  return seen[di] = uint32_t(body.loc_rows.size() - 1);
}

// The alloca or parameter that a record says a variable lives in.
Value *home(DbgVariableRecord &record) {
  if (record.isDbgAssign())
    return record.getAddress();
  if (record.isDbgDeclare() && !record.hasArgList())
    return record.getVariableLocationOp(0);
  return nullptr;
}

void take_debug_info(SvmBody &body, Function &f) {
  LocMap seen;
  for (Instruction &inst : instructions(f)) {
    body.inst_rows.push_back(loc_row(body, seen, inst.getDebugLoc().getAsMDNode(), 0));
    for (DbgRecord &record : inst.getDbgRecordRange()) {
      auto *var = dyn_cast<DbgVariableRecord>(&record);
      Value *place = var ? home(*var) : nullptr;
      if (!place || !(isa<AllocaInst>(place) || isa<Argument>(place)))
        continue;
      SvmStr name = text(dyn_cast_or_null<DILocalVariable>(var->getRawVariable()), 1);
      if (name.len)
        body.var_rows.push_back({wrap(place), name});
    }
    inst.dropDbgRecords();
    inst.setDebugLoc(DebugLoc());
    inst.dropUnknownNonDebugMetadata();
  }
  f.clearMetadata();
}

} // namespace

extern "C" {

// A definition, read or not.
bool svm_has_body(LLVMValueRef function) {
  auto *f = unwrap<Function>(function);
  return f->isMaterializable() || !f->isDeclaration();
}

// Reads a body, takes its debug info, verifies it.
SvmBody *svm_read_body(LLVMValueRef function, SvmLoc *place, bool *has_place, char **error) {
  auto *f = unwrap<Function>(function);
  if (Error e = f->materialize()) {
    *error = message(std::move(e));
    return nullptr;
  }
  *has_place = set_subprogram(*place, *f);
  auto *body = new SvmBody();
  take_debug_info(*body, *f);
  std::string text;
  raw_string_ostream stream(text);
  if (verifyFunction(*f, &stream)) {
    *error = message(text);
    delete body;
    return nullptr;
  }
  body->locs = body->loc_rows.data();
  body->loc_count = body->loc_rows.size();
  body->inst_locs = body->inst_rows.data();
  body->inst_count = body->inst_rows.size();
  body->vars = body->var_rows.data();
  body->var_count = body->var_rows.size();
  return body;
}

void svm_free_body(SvmBody *body) { delete body; }

// Frees the instructions of a function whose blocks nobody names.
void svm_drop_body(LLVMValueRef function) {
  auto *f = unwrap<Function>(function);
  for (BasicBlock &block : *f)
    if (block.hasAddressTaken())
      return;
  f->deleteBody();
}

bool svm_block_address_taken(LLVMBasicBlockRef block) { return unwrap(block)->hasAddressTaken(); }

// The words of an integer constant, little-endian; they live as long as the constant.
size_t svm_int_words(LLVMValueRef value, const uint64_t **words) {
  const APInt &bits = unwrap<ConstantInt>(value)->getValue();
  *words = bits.getRawData();
  return bits.getNumWords();
}

// The bits of a floating-point constant of at most 128 bits.
void svm_float_bits(LLVMValueRef value, uint64_t words[2]) {
  APInt bits = unwrap<ConstantFP>(value)->getValueAPF().bitcastToAPInt();
  words[0] = bits.getRawData()[0];
  words[1] = bits.getNumWords() > 1 ? bits.getRawData()[1] : 0;
}

// Equal for calls with equal attributes, while the context lives.
const void *svm_call_attributes(LLVMValueRef call) {
  return unwrap<CallBase>(call)->getAttributes().getRawPointer();
}

// Source name and place of a global variable. DIGlobalVariable is {scope, name, file, ...}.
bool svm_global_source(LLVMValueRef global, SvmStr *name, SvmLoc *loc) {
  auto *expression = dyn_cast_or_null<DIGlobalVariableExpression>(
      unwrap<GlobalVariable>(global)->getMetadata(LLVMContext::MD_dbg));
  auto *variable = dyn_cast_or_null<DIGlobalVariable>(operand(expression, 0));
  if (!variable)
    return false;
  *name = text(variable, 1);
  *loc = SvmLoc{};
  loc->inlined_at = NONE;
  loc->line = variable->getLine();
  set_file(*loc, operand(variable, 2));
  set_scope(*loc, operand(variable, 0));
  return name->len != 0;
}

// Globals, declarations and debug info, and every body that has been read.
bool svm_verify_module(LLVMModuleRef module, char **error) {
  std::string text;
  raw_string_ostream stream(text);
  bool broken_debug_info = false;
  if (!verifyModule(*unwrap(module), &stream, &broken_debug_info))
    return true;
  *error = message(text);
  return false;
}

} // extern "C"
