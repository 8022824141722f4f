; ModuleID = '-'
source_filename = "-"
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

%struct.point = type { i32, i32 }

@counter = internal unnamed_addr global i32 0, align 4, !dbg !0

; Function Attrs: mustprogress nofree noinline norecurse nosync nounwind willreturn memory(argmem: read) uwtable
define dso_local i32 @use(ptr noundef readonly captures(none) %0) local_unnamed_addr #0 !dbg !19 {
    #dbg_value(ptr %0, !28, !DIExpression(), !29)
  %2 = load i32, ptr %0, align 4, !dbg !30, !tbaa !31
  ret i32 %2, !dbg !33
}

; Function Attrs: mustprogress nofree norecurse nosync nounwind willreturn memory(readwrite, argmem: none, inaccessiblemem: none, target_mem0: none, target_mem1: none) uwtable
define dso_local i32 @entry(i32 noundef %0) local_unnamed_addr #1 !dbg !34 {
  %2 = alloca %struct.point, align 4
  %3 = alloca %struct.point, align 4, !DIAssignID !40
    #dbg_assign(i1 poison, !39, !DIExpression(), !40, ptr %3, !DIExpression(), !41)
    #dbg_value(i32 %0, !38, !DIExpression(), !41)
  call void @llvm.lifetime.start.p0(ptr nonnull %3) #3, !dbg !42
  store i32 %0, ptr %3, align 4, !dbg !43, !tbaa !31, !DIAssignID !44
    #dbg_assign(i32 %0, !39, !DIExpression(DW_OP_LLVM_fragment, 0, 32), !44, ptr %3, !DIExpression(), !41)
  %4 = getelementptr inbounds nuw i8, ptr %3, i64 4, !dbg !45
  store i32 1, ptr %4, align 4, !dbg !43, !tbaa !46, !DIAssignID !47
    #dbg_assign(i32 1, !39, !DIExpression(DW_OP_LLVM_fragment, 32, 32), !47, ptr %4, !DIExpression(), !41)
  %5 = call i32 @use(ptr noundef nonnull %3), !dbg !48
  %6 = load i32, ptr @counter, align 4, !dbg !49, !tbaa !15
  %7 = add nsw i32 %6, %5, !dbg !50
  store i32 %7, ptr @counter, align 4, !dbg !51, !tbaa !15
    #dbg_value(i32 %0, !52, !DIExpression(), !55)
  %8 = add nsw i32 %0, 1, !dbg !57
  call void @llvm.lifetime.start.p0(ptr nonnull %2), !dbg !58
    #dbg_value(i32 %8, !61, !DIExpression(), !63)
  store i32 %8, ptr %2, align 4, !dbg !58, !tbaa !31
  %9 = getelementptr inbounds nuw i8, ptr %2, i64 4, !dbg !64
  store i32 %8, ptr %9, align 4, !dbg !58, !tbaa !46
  %10 = call i32 @use(ptr noundef nonnull %2), !dbg !65
  %11 = shl nsw i32 %10, 1, !dbg !66
  call void @llvm.lifetime.end.p0(ptr nonnull %2), !dbg !67
  %12 = add nsw i32 %11, %7, !dbg !68
  call void @llvm.lifetime.end.p0(ptr nonnull %3) #3, !dbg !69
  ret i32 %12, !dbg !70
}

; Function Attrs: mustprogress nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.start.p0(ptr captures(none)) #2

; Function Attrs: mustprogress nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.end.p0(ptr captures(none)) #2

attributes #0 = { mustprogress nofree noinline norecurse nosync nounwind willreturn memory(argmem: read) uwtable "min-legal-vector-width"="0" "no-trapping-math"="true" "stack-protector-buffer-size"="8" "target-cpu"="x86-64" "target-features"="+cmov,+cx8,+fxsr,+mmx,+sse,+sse2,+x87" "tune-cpu"="generic" }
attributes #1 = { mustprogress nofree norecurse nosync nounwind willreturn memory(readwrite, argmem: none, inaccessiblemem: none, target_mem0: none, target_mem1: none) uwtable "min-legal-vector-width"="0" "no-trapping-math"="true" "stack-protector-buffer-size"="8" "target-cpu"="x86-64" "target-features"="+cmov,+cx8,+fxsr,+mmx,+sse,+sse2,+x87" "tune-cpu"="generic" }
attributes #2 = { mustprogress nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #3 = { nounwind }

!llvm.dbg.cu = !{!2}
!llvm.module.flags = !{!7, !8, !9, !10, !11, !12, !13}
!llvm.ident = !{!14}
!llvm.errno.tbaa = !{!15}

!0 = !DIGlobalVariableExpression(var: !1, expr: !DIExpression())
!1 = distinct !DIGlobalVariable(name: "counter", scope: !2, file: !5, line: 2, type: !6, isLocal: true, isDefinition: true)
!2 = distinct !DICompileUnit(language: DW_LANG_C11, file: !3, producer: "clang", isOptimized: true, runtimeVersion: 0, emissionKind: FullDebug, globals: !4, splitDebugInlining: false, nameTableKind: None)
!3 = !DIFile(filename: "-", directory: "/src", checksumkind: CSK_MD5, checksum: "d7c7dc87bd162c2e154e91ee11b252fb")
!4 = !{!0}
!5 = !DIFile(filename: "<stdin>", directory: "/src", checksumkind: CSK_MD5, checksum: "d7c7dc87bd162c2e154e91ee11b252fb")
!6 = !DIBasicType(name: "int", size: 32, encoding: DW_ATE_signed)
!7 = !{i32 7, !"Dwarf Version", i32 5}
!8 = !{i32 2, !"Debug Info Version", i32 3}
!9 = !{i32 1, !"wchar_size", i32 4}
!10 = !{i32 8, !"PIC Level", i32 2}
!11 = !{i32 7, !"PIE Level", i32 2}
!12 = !{i32 7, !"uwtable", i32 2}
!13 = !{i32 7, !"debug-info-assignment-tracking", i1 true}
!14 = !{!"clang"}
!15 = !{!16, !16, i64 0}
!16 = !{!"int", !17, i64 0}
!17 = !{!"omnipotent char", !18, i64 0}
!18 = !{!"Simple C/C++ TBAA"}
!19 = distinct !DISubprogram(name: "use", scope: !5, file: !5, line: 3, type: !20, scopeLine: 3, flags: DIFlagPrototyped | DIFlagAllCallsDescribed, spFlags: DISPFlagDefinition | DISPFlagOptimized, unit: !2, retainedNodes: !27, keyInstructions: true)
!20 = !DISubroutineType(types: !21)
!21 = !{!6, !22}
!22 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !23, size: 64)
!23 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "point", file: !5, line: 1, size: 64, elements: !24)
!24 = !{!25, !26}
!25 = !DIDerivedType(tag: DW_TAG_member, name: "x", scope: !23, file: !5, line: 1, baseType: !6, size: 32)
!26 = !DIDerivedType(tag: DW_TAG_member, name: "y", scope: !23, file: !5, line: 1, baseType: !6, size: 32, offset: 32)
!27 = !{!28}
!28 = !DILocalVariable(name: "p", arg: 1, scope: !19, file: !5, line: 3, type: !22)
!29 = !DILocation(line: 0, scope: !19)
!30 = !DILocation(line: 3, column: 64, scope: !19, atomGroup: 1, atomRank: 2)
!31 = !{!32, !16, i64 0}
!32 = !{!"point", !16, i64 0, !16, i64 4}
!33 = !DILocation(line: 3, column: 54, scope: !19, atomGroup: 1, atomRank: 1)
!34 = distinct !DISubprogram(name: "entry", scope: !5, file: !5, line: 6, type: !35, scopeLine: 6, flags: DIFlagPrototyped | DIFlagAllCallsDescribed, spFlags: DISPFlagDefinition | DISPFlagOptimized, unit: !2, retainedNodes: !37, keyInstructions: true)
!35 = !DISubroutineType(types: !36)
!36 = !{!6, !6}
!37 = !{!38, !39}
!38 = !DILocalVariable(name: "n", arg: 1, scope: !34, file: !5, line: 6, type: !6)
!39 = !DILocalVariable(name: "here", scope: !34, file: !5, line: 6, type: !23)
!40 = distinct !DIAssignID()
!41 = !DILocation(line: 0, scope: !34)
!42 = !DILocation(line: 6, column: 20, scope: !34)
!43 = !DILocation(line: 6, column: 40, scope: !34, atomGroup: 1, atomRank: 1)
!44 = distinct !DIAssignID()
!45 = !DILocation(line: 6, column: 40, scope: !34)
!46 = !{!32, !16, i64 4}
!47 = distinct !DIAssignID()
!48 = !DILocation(line: 6, column: 59, scope: !34)
!49 = !DILocation(line: 6, column: 56, scope: !34)
!50 = !DILocation(line: 6, column: 56, scope: !34, atomGroup: 2, atomRank: 2)
!51 = !DILocation(line: 6, column: 56, scope: !34, atomGroup: 2, atomRank: 1)
!52 = !DILocalVariable(name: "v", arg: 1, scope: !53, file: !5, line: 5, type: !6)
!53 = distinct !DISubprogram(name: "deeper", scope: !5, file: !5, line: 5, type: !35, scopeLine: 5, flags: DIFlagPrototyped | DIFlagAllCallsDescribed, spFlags: DISPFlagLocalToUnit | DISPFlagDefinition | DISPFlagOptimized, unit: !2, retainedNodes: !54, keyInstructions: true)
!54 = !{!52}
!55 = !DILocation(line: 0, scope: !53, inlinedAt: !56)
!56 = distinct !DILocation(line: 6, column: 78, scope: !34)
!57 = !DILocation(line: 5, column: 50, scope: !53, inlinedAt: !56)
!58 = !DILocation(line: 4, column: 60, scope: !59, inlinedAt: !62, atomGroup: 1, atomRank: 1)
!59 = distinct !DISubprogram(name: "twice", scope: !5, file: !5, line: 4, type: !35, scopeLine: 4, flags: DIFlagPrototyped | DIFlagAllCallsDescribed, spFlags: DISPFlagLocalToUnit | DISPFlagDefinition | DISPFlagOptimized, unit: !2, retainedNodes: !60, keyInstructions: true)
!60 = !{!61}
!61 = !DILocalVariable(name: "v", arg: 1, scope: !59, file: !5, line: 4, type: !6)
!62 = distinct !DILocation(line: 5, column: 42, scope: !53, inlinedAt: !56)
!63 = !DILocation(line: 0, scope: !59, inlinedAt: !62)
!64 = !DILocation(line: 4, column: 60, scope: !59, inlinedAt: !62)
!65 = !DILocation(line: 4, column: 41, scope: !59, inlinedAt: !62)
!66 = !DILocation(line: 4, column: 68, scope: !59, inlinedAt: !62, atomGroup: 1, atomRank: 2)
!67 = !DILocation(line: 4, column: 34, scope: !59, inlinedAt: !62, atomGroup: 1, atomRank: 1)
!68 = !DILocation(line: 6, column: 88, scope: !34, atomGroup: 4, atomRank: 2)
!69 = !DILocation(line: 6, column: 99, scope: !34)
!70 = !DILocation(line: 6, column: 71, scope: !34, atomGroup: 4, atomRank: 1)
