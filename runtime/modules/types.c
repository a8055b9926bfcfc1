/* The module _types: built-in types that have no name among the built-ins, for the module types. */
#include "runtime/module.h"

/* What CPython wraps C pointers in for other modules; here nothing makes one. */
Type capsule_type = {
    TYPE_HEAD(capsule_type, "PyCapsule", .traverse = NULL),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Object),
    .base = &object_type,
    .doc = "Capsule objects let you wrap a C \"void *\" pointer in a Python\nobject.",
};

static const NamedType types[] = {
    {"BuiltinFunctionType", &native_function_type},
    {"BuiltinMethodType", &native_function_type},
    {"AsyncGeneratorType", &async_generator_type},
    {"CapsuleType", &capsule_type},
    {"CellType", &cell_type},
    {"ClassMethodDescriptorType", &class_method_descriptor_type},
    {"CodeType", &code_type},
    {"CoroutineType", &coroutine_type},
    {"EllipsisType", &ellipsis_type},
    {"FrameType", &frame_type},
    {"FunctionType", &function_type},
    {"GeneratorType", &generator_type},
    {"Generic", &generic_type},
    {"GenericAlias", &generic_alias_type},
    {"GetSetDescriptorType", &getset_descriptor_type},
    {"LambdaType", &function_type},
    {"MappingProxyType", &mapping_proxy_type},
    {"MemberDescriptorType", &member_descriptor_type},
    {"MethodDescriptorType", &method_descriptor_type},
    {"MethodType", &method_type},
    {"MethodWrapperType", &method_wrapper_type},
    {"ModuleType", &module_type},
    {"NoDefaultType", &no_default_type},
    {"NoneType", &none_type},
    {"ParamSpec", &param_spec_type},
    {"NotImplementedType", &not_implemented_type},
    {"SimpleNamespace", &namespace_type},
    {"TracebackType", &traceback_type},
    {"TypeAliasType", &type_alias_type},
    {"TypeVar", &type_var_type},
    {"TypeVarTuple", &type_var_tuple_type},
    {"UnionType", &union_type},
    {"WrapperDescriptorType", &wrapper_descriptor_type},
    {0},
};

Value module__types_new(VM *vm) {
    return module_make(
        vm,
        &(ModuleDef){.name = "_types", .doc = "The types of the interpreter's own objects.", .types = types});
}
